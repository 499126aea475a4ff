using System.Buffers.Binary;

namespace FirstRing.Bench.Speech;

/// <summary>One channel of sound, −1 to 1.</summary>
internal sealed record Sound(double[] Samples, int Rate)
{
    private const int Sides = 24; // of the filter, in samples of the lower rate

    public double Seconds => (double)Samples.Length / Rate;

    /// <summary>16-bit little-endian samples, as in a WAV file behind its 44 bytes.</summary>
    public static Sound Of(ReadOnlySpan<byte> pcm, int rate)
    {
        var samples = new double[pcm.Length / 2];
        for (var i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(pcm[(2 * i)..]) / 32768.0;
        return new Sound(samples, rate);
    }

    public byte[] Pcm()
    {
        var pcm = new byte[2 * Samples.Length];
        for (var i = 0; i < Samples.Length; i++) BinaryPrimitives.WriteInt16LittleEndian(pcm.AsSpan(2 * i), (short)Math.Clamp(Samples[i] * 32768, short.MinValue, short.MaxValue));
        return pcm;
    }

    /// <summary>A stretch of it; what lies outside is silence.</summary>
    public Sound Cut(int from, int length)
    {
        var cut = new double[length];
        for (var i = Math.Max(0, -from); i < length && from + i < Samples.Length; i++) cut[i] = Samples[from + i];
        return this with { Samples = cut };
    }

    /// <summary>At another rate, by a windowed sinc.</summary>
    public Sound At(int rate)
    {
        if (rate == Rate) return this;
        var (step, cutoff) = ((double)Rate / rate, Math.Min(1.0, (double)rate / Rate) * 0.95);
        var reach = Sides / Math.Min(1.0, (double)rate / Rate);
        var to = new double[(int)((long)Samples.Length * rate / Rate)];
        for (var i = 0; i < to.Length; i++)
        {
            var centre = i * step;
            for (var j = (int)Math.Max(0, Math.Ceiling(centre - reach)); j <= Math.Min(Samples.Length - 1, centre + reach); j++)
            {
                var distance = (j - centre) * cutoff;
                var sinc = distance == 0 ? 1 : Math.Sin(Math.PI * distance) / (Math.PI * distance);
                to[i] += Samples[j] * cutoff * sinc * (0.5 + 0.5 * Math.Cos(Math.PI * (j - centre) / reach));
            }
        }
        return new Sound(to, rate);
    }

    /// <summary>Where in this the other begins, as well as can be told: first by loudness in steps of 4 ms, then by the waves. Samples.</summary>
    public int Find(Sound other)
    {
        const int Coarse = 250; // a second
        var hop = Rate / Coarse;
        double[] whole = Loudness(hop), part = other.Loudness(hop);
        var rough = Best(whole, part, 0, whole.Length - part.Length) * hop;
        return Best(Samples, other.Samples, Math.Max(0, rough - 2 * hop), Math.Min(Samples.Length - other.Samples.Length, rough + 2 * hop));
    }

    private double[] Loudness(int hop)
    {
        var loudness = new double[Samples.Length / hop];
        for (var i = 0; i < loudness.Length; i++)
            for (var j = 0; j < hop; j++)
                loudness[i] += Math.Abs(Samples[i * hop + j]);
        return loudness;
    }

    private static int Best(double[] whole, double[] part, int from, int to)
    {
        var (best, at) = (double.MinValue, Math.Max(0, from));
        for (var shift = from; shift <= to; shift++)
        {
            double product = 0, energy = 1e-9;
            for (var i = 0; i < part.Length; i++)
            {
                product += part[i] * whole[shift + i];
                energy += whole[shift + i] * whole[shift + i];
            }
            if (product / Math.Sqrt(energy) is var likeness && likeness > best) (best, at) = (likeness, shift);
        }
        return at;
    }
}

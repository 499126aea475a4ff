using System.Numerics;

namespace FirstRing.Bench.Speech;

/// <summary>
/// How well speech can be understood after something was done to it: the short-time objective intelligibility measure (Taal, Hendriks, Heusdens and Jensen, IEEE TASLP 19(7), 2011).
/// 1 is untouched; from about 0.85 on nearly every word is understood, below 0.6 few are.
/// </summary>
internal static class Stoi
{
    /// <summary>Samples a second it works at.</summary>
    public const int Rate = 10_000;
    private const int Frame = 256, Hop = 128, Transform = 512, Bands = 15, Segment = 30;
    private const double FirstBand = 150, DynamicRange = 40;
    private static readonly double Clip = 1 + Math.Pow(10, 15 / 20.0); // a band counts as lost at −15 dB
    private static readonly double[] Window = [.. Enumerable.Range(1, Frame).Select(i => 0.5 - 0.5 * Math.Cos(2 * Math.PI * i / (Frame + 1)))];

    /// <summary>Of what was said and what was heard, in step with each other, both at <see cref="Rate"/>. NaN for less than 0.4 s of speech.</summary>
    public static double Of(ReadOnlySpan<double> said, ReadOnlySpan<double> heard)
    {
        var length = Math.Min(said.Length, heard.Length);
        var (clean, degraded) = WithoutPauses(said[..length], heard[..length]);
        var (x, y) = (Spectrum(clean), Spectrum(degraded));
        if (x.Count < Segment) return double.NaN;
        var (sum, count) = (0.0, 0);
        for (var end = Segment; end <= x.Count; end++)
            for (var band = 0; band < Bands; band++)
            {
                sum += Likeness(x, y, end - Segment, band);
                count++;
            }
        return sum / count;
    }

    // What is louder than 40 dB below the loudest frame of what was said, put together again.
    private static (double[] Said, double[] Heard) WithoutPauses(ReadOnlySpan<double> said, ReadOnlySpan<double> heard)
    {
        var energies = new List<double>();
        for (var at = 0; at + Frame <= said.Length; at += Hop)
        {
            var energy = 0.0;
            for (var i = 0; i < Frame; i++) energy += Square(said[at + i] * Window[i]);
            energies.Add(10 * Math.Log10(energy + 1e-20));
        }
        var least = energies.Count == 0 ? 0 : energies.Max() - DynamicRange;
        var kept = energies.Select((energy, index) => (energy, index)).Where(one => one.energy > least).Select(one => one.index).ToArray();
        var (clean, degraded) = (new double[(kept.Length + 1) * Hop], new double[(kept.Length + 1) * Hop]);
        for (var to = 0; to < kept.Length; to++)
            for (var i = 0; i < Frame; i++)
            {
                clean[to * Hop + i] += said[kept[to] * Hop + i] * Window[i];
                degraded[to * Hop + i] += heard[kept[to] * Hop + i] * Window[i];
            }
        return (clean, degraded);
    }

    // Fifteen third-octave bands of each frame.
    private static List<double[]> Spectrum(double[] signal)
    {
        var frames = new List<double[]>();
        var bins = new Complex[Transform];
        for (var at = 0; at + Frame <= signal.Length; at += Hop)
        {
            Array.Clear(bins);
            for (var i = 0; i < Frame; i++) bins[i] = signal[at + i] * Window[i];
            Fourier(bins);
            var bands = new double[Bands];
            for (var band = 0; band < Bands; band++)
            {
                var (low, high) = (Bin(band - 0.5), Bin(band + 0.5));
                for (var bin = low; bin < high; bin++) bands[band] += Square(bins[bin].Magnitude);
                bands[band] = Math.Sqrt(bands[band]);
            }
            frames.Add(bands);
        }
        return frames;
    }

    private static int Bin(double band) => (int)Math.Round(FirstBand * Math.Pow(2, band / 3) * Transform / Rate);

    // The correlation over one segment of one band, what was heard being as loud as what was said, and never louder than the clip allows.
    private static double Likeness(List<double[]> x, List<double[]> y, int from, int band)
    {
        Span<double> said = stackalloc double[Segment], heard = stackalloc double[Segment];
        for (var i = 0; i < Segment; i++) (said[i], heard[i]) = (x[from + i][band], y[from + i][band]);
        var gain = Norm(said) / (Norm(heard) + 1e-20);
        for (var i = 0; i < Segment; i++) heard[i] = Math.Min(heard[i] * gain, said[i] * Clip);
        Centre(said);
        Centre(heard);
        var product = 0.0;
        for (var i = 0; i < Segment; i++) product += said[i] * heard[i];
        return product / (Norm(said) * Norm(heard) + 1e-20);
    }

    private static double Norm(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += Square(value);
        return Math.Sqrt(sum);
    }

    private static void Centre(Span<double> values)
    {
        var mean = 0.0;
        foreach (var value in values) mean += value / values.Length;
        foreach (ref var value in values) value -= mean;
    }

    private static double Square(double value) => value * value;

    // Radix 2, in place.
    private static void Fourier(Complex[] values)
    {
        for (int i = 1, j = 0; i < values.Length; i++)
        {
            var bit = values.Length >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) (values[i], values[j]) = (values[j], values[i]);
        }
        for (var length = 2; length <= values.Length; length <<= 1)
        {
            var step = Complex.FromPolarCoordinates(1, -2 * Math.PI / length);
            for (var from = 0; from < values.Length; from += length)
            {
                var turn = Complex.One;
                for (var i = from; i < from + length / 2; i++)
                {
                    var (even, odd) = (values[i], values[i + length / 2] * turn);
                    (values[i], values[i + length / 2]) = (even + odd, even - odd);
                    turn *= step;
                }
            }
        }
    }
}

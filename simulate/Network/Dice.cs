namespace FirstRing.Simulate.Network;

/// <summary>A seeded generator of our own (SplitMix64): the same seed gives the same numbers on every machine and every release of .NET.</summary>
public sealed class Dice(ulong seed)
{
    ulong _state = seed;

    /// <summary>64 even bits.</summary>
    public ulong Next()
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
        return mixed ^ mixed >> 31;
    }

    /// <summary>From 0 to below 1.</summary>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True with this probability.</summary>
    public bool Falls(double probability) => probability > 0 && Share() < probability;

    /// <summary>From <paramref name="least"/> to below <paramref name="bound"/>.</summary>
    public long Between(long least, long bound) => bound <= least ? least : least + (long)(Share() * (bound - least));
}

namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>Where the path was full the last times: an average of what arrived then and how far it strays (draft-ietf-rmcat-gcc-02 §5.5).</summary>
internal struct LinkCapacity
{
    const double Weight = 0.05;
    const double LeastSpread = 0.4, MostSpread = 2.5;

    double _kilobits, _spread;

    /// <summary>Something is known.</summary>
    internal readonly bool IsKnown => _kilobits > 0;
    /// <summary>Above this (bit/s) it must have grown.</summary>
    internal readonly double Upper => IsKnown ? (_kilobits + 3 * Deviation) * 1000 : double.PositiveInfinity;
    /// <summary>Below this (bit/s) it must have shrunk.</summary>
    internal readonly double Lower => IsKnown ? double.Max(0, _kilobits - 3 * Deviation) * 1000 : 0;

    readonly double Deviation => double.Sqrt(_spread * _kilobits);

    /// <summary>The path was full at this rate (bit/s).</summary>
    internal void Note(double bitsPerSecond)
    {
        var kilobits = bitsPerSecond / 1000;
        if (!IsKnown) (_kilobits, _spread) = (kilobits, LeastSpread);
        else _kilobits += Weight * (kilobits - _kilobits);
        var error = kilobits - _kilobits;
        _spread = double.Clamp((1 - Weight) * _spread + Weight * error * error / double.Max(_kilobits, 1), LeastSpread, MostSpread);
    }

    /// <summary>Forgets it: the path is another.</summary>
    internal void Clear() => _kilobits = 0;
}

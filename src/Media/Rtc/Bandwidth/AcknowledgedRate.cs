namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>How much arrives: bytes by the receiver's clock.</summary>
internal sealed class AcknowledgedRate
{
    const long Slice = 20_000;
    const int Slices = 32;
    const long Long = 500_000, Short = 200_000, Least = 100_000;

    readonly int[] _bytes = new int[Slices];
    long _first = -1, _last = -1; // slices

    /// <summary>Counts a packet that arrived.</summary>
    internal void Add(int bytes, long arrivedAt)
    {
        var slice = arrivedAt / Slice;
        // Half a second without anything says that the path stood still, not how wide it is.
        if (_first < 0 || slice > _last + Long / Slice || slice < _first - Slices)
        {
            Array.Clear(_bytes);
            _first = _last = slice;
        }
        if (slice <= _last - Slices || slice < _first) return;
        for (; _last < slice; _last++) _bytes[Place(_last + 1)] = 0;
        _bytes[Place(slice)] += bytes;
    }

    /// <summary>Counts what must have arrived since the last packet, though the reports of it were lost: evenly until this time.</summary>
    internal void AddUntold(int bytes, long until)
    {
        if (_first < 0) return;
        var slices = long.Clamp(until / Slice - _last, 0, Long / Slice) + 1;
        for (var i = 1; i <= slices; i++) Add((int)(bytes / slices), until - (slices - i) * Slice);
    }

    /// <summary>Bit/s over the last half second, 0 when nothing is known yet.</summary>
    internal double Rate => Over(Long);

    /// <summary>
    /// What the path carries where it is full: the greater of the last tenth and fifth of a second, so that neither what came before a fall nor what was
    /// sent before a rise is in it. 0 when nothing is known yet.
    /// </summary>
    internal double Recent => double.Max(Over(Short), Over(Least));

    /// <summary>Forgets everything.</summary>
    internal void Clear() => _first = _last = -1;

    // Whole slices only: the last one is still being filled.
    double Over(long window)
    {
        if (_first < 0) return 0;
        var slices = long.Min(window / Slice, _last - _first);
        if (slices * Slice < Least) return 0;
        long bytes = 0;
        for (var slice = _last - slices; slice < _last; slice++) bytes += _bytes[Place(slice)];
        return bytes * 8_000_000.0 / (slices * Slice);
    }

    static int Place(long slice) => (int)((ulong)slice % Slices);
}

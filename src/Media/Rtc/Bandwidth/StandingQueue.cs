namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>
/// How long packets wait that need not: the least one-way delay of the last moments above the least of the last half minute. The trend sees a queue
/// grow but not stand; this sees it stand. Delays are only compared with each other, so the clocks need not agree.
/// </summary>
internal sealed class StandingQueue
{
    const long Slice = 50_000;
    const int Slices = 4;
    const long BaseWindow = 15_000_000;

    readonly long[] _least = new long[Slices];
    long _slice = -1; // of arrival
    long _base = long.MaxValue, _baseBefore = long.MaxValue;
    long _baseSince;

    /// <summary>Takes a packet that arrived.</summary>
    internal void Add(long sentAt, long arrivedAt)
    {
        var delay = arrivedAt - sentAt;
        var slice = arrivedAt / Slice;
        if (_slice < 0)
        {
            _slice = slice;
            Array.Fill(_least, long.MaxValue);
            _baseSince = arrivedAt;
        }
        if (slice <= _slice - Slices) return;
        if (slice >= _slice + Slices) Array.Fill(_least, long.MaxValue);
        else for (var next = _slice + 1; next <= slice; next++) _least[Place(next)] = long.MaxValue;
        _slice = long.Max(_slice, slice);
        ref var least = ref _least[Place(slice)];
        least = long.Min(least, delay);
        if (arrivedAt - _baseSince > BaseWindow) (_baseBefore, _base, _baseSince) = (_base, delay, arrivedAt);
        _base = long.Min(_base, delay);
    }

    /// <summary>How long everything had to wait of late (µs).</summary>
    internal long Wait => _slice >= 0 && Least is var least and < long.MaxValue ? long.Max(0, least - long.Min(_base, _baseBefore)) : 0;

    /// <summary>What seemed a queue is the path: it is longer than before.</summary>
    internal void Rebase()
    {
        if (_slice >= 0 && Least is var least and < long.MaxValue) (_base, _baseBefore) = (least, long.MaxValue);
    }

    /// <summary>The path is another.</summary>
    internal void Clear() => (_slice, _base, _baseBefore) = (-1, long.MaxValue, long.MaxValue);

    long Least
    {
        get
        {
            var least = long.MaxValue;
            foreach (var one in _least) least = long.Min(least, one);
            return least;
        }
    }

    static int Place(long slice) => (int)((ulong)slice % Slices);
}

namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>One class of waiting packets: a ring that grows up to a bound.</summary>
internal sealed class PacerLane<T>
{
    internal const int MostPlaces = 2048;

    readonly record struct Waiting(T Item, int Bytes, long Since);

    Waiting[] _ring = new Waiting[32];
    int _first;

    internal int Count { get; private set; }
    internal long Bytes { get; private set; }
    internal long OldestSince => _ring[_first].Since;

    internal bool TryAdd(T item, int bytes, long now)
    {
        if (Count == MostPlaces) return false;
        if (Count == _ring.Length) Grow();
        _ring[_first + Count++ & _ring.Length - 1] = new Waiting(item, bytes, now);
        Bytes += bytes;
        return true;
    }

    internal (T Item, int Bytes) Take()
    {
        var (item, bytes, _) = _ring[_first];
        _ring[_first] = default;
        _first = _first + 1 & _ring.Length - 1;
        Count--;
        Bytes -= bytes;
        return (item, bytes);
    }

    void Grow()
    {
        var grown = new Waiting[_ring.Length * 2];
        for (var i = 0; i < Count; i++) grown[i] = _ring[_first + i & _ring.Length - 1];
        (_ring, _first) = (grown, 0);
    }
}

namespace FirstRing.Media.Rtc.Ice;

// The addresses a peer has proved to own, the one we send to among them. At most eight (mediasoup's MaxTuples): a peer that shows a new source port
// with every check must not grow memory.
sealed class IceAddresses
{
    internal const int Most = 8;

    readonly RemoteAddress[] _addresses = new RemoteAddress[Most];
    readonly long[] _seen = new long[Most];
    int _selected;

    internal int Count { get; private set; }
    internal RemoteAddress Selected => _addresses[_selected];
    internal ReadOnlySpan<RemoteAddress> All => _addresses.AsSpan(0, Count);

    internal bool Contains(in RemoteAddress address) => IndexOf(address) >= 0;

    // True when it was unknown. The one unheard of for longest makes room, never the selected one; evicted tells which.
    internal bool Add(in RemoteAddress address, long now, out RemoteAddress? evicted)
    {
        evicted = null;
        var index = IndexOf(address);
        if (index >= 0)
        {
            _seen[index] = now;
            return false;
        }
        if (Count < Most) index = Count++;
        else
        {
            index = Oldest();
            evicted = _addresses[index];
        }
        (_addresses[index], _seen[index]) = (address, now);
        return true;
    }

    internal void Select(in RemoteAddress address)
    {
        var index = IndexOf(address);
        if (index >= 0) _selected = index;
    }

    // Someone else has proved to own the address. Whoever it was selected for goes on with the one heard of last.
    internal void Remove(in RemoteAddress address)
    {
        var index = IndexOf(address);
        if (index < 0) return;
        var selected = Selected;
        Count--;
        (_addresses[index], _seen[index]) = (_addresses[Count], _seen[Count]);
        _selected = 0;
        for (var i = 1; i < Count; i++)
            if (_seen[i] > _seen[_selected])
                _selected = i;
        if (selected != address) Select(selected);
    }

    int IndexOf(in RemoteAddress address)
    {
        for (var i = 0; i < Count; i++)
            if (_addresses[i] == address)
                return i;
        return -1;
    }

    int Oldest()
    {
        var oldest = _selected == 0 ? 1 : 0;
        for (var i = 0; i < Count; i++)
            if (i != _selected && _seen[i] < _seen[oldest])
                oldest = i;
        return oldest;
    }
}

namespace FirstRing.Media.Rtc.Streams;

// How a publisher's numbers become a subscriber's: out = in − offset, where the offset grows with each packet that was left out. Late packets and
// NACKs need the offset of their time, so the last sixteen stretches are kept. No packet is remembered one by one.
struct SequenceMap
{
    const int Most = 16;

    [System.Runtime.CompilerServices.InlineArray(Most)]
    struct Stretches
    {
        (long From, long Offset) _first;
    }

    Stretches _stretches;
    int _newest, _count;

    internal long Offset => _stretches[_newest].Offset;

    // From this number on, and for nothing before it, the next stream begins.
    internal void Begin(long from, long outFrom)
    {
        (_newest, _count) = (0, 1);
        _stretches[0] = (from, from - outFrom);
    }

    // This number is left out: those after it close the gap.
    internal void Skip(long number)
    {
        var offset = Offset + 1;
        if (_stretches[_newest].From == number)
        {
            _stretches[_newest] = (number + 1, offset);
            return;
        }
        _newest = (_newest + 1) % Most;
        _count = int.Min(_count + 1, Most);
        _stretches[_newest] = (number + 1, offset);
    }

    internal readonly bool TryMap(long number, out long mapped)
    {
        for (var i = 0; i < _count; i++)
        {
            var (from, offset) = _stretches[(_newest - i + Most) % Most];
            if (number < from) continue;
            mapped = number - offset;
            return true;
        }
        mapped = 0;
        return false;
    }

    internal readonly bool TryMapBack(long mapped, out long number)
    {
        for (var i = 0; i < _count; i++)
        {
            var (from, offset) = _stretches[(_newest - i + Most) % Most];
            number = mapped + offset;
            if (number >= from) return true;
        }
        number = 0;
        return false;
    }
}

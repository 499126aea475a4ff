namespace FirstRing.Media.Rtc.Streams;

/// <summary>The packets of one stream that are missing, and when to ask for each again (RFC 4585 §6.2.1).</summary>
public sealed class NackList
{
    /// <summary>Packets that may be missing at once; more means that only a keyframe helps (mediasoup and libWebRTC give up about there too).</summary>
    public const int Most = 500;
    /// <summary>Times a packet is asked for.</summary>
    public const int Tries = 10;
    /// <summary>How long a gap may be mere reordering (µs).</summary>
    public const long ReorderWait = 10_000;
    const long ShortestSpacing = 20_000, LongestSpacing = 400_000;

    record struct Missing(long Sequence, long AskAt, int Asked);

    readonly Missing[] _missing = new Missing[Most];
    int _count;

    /// <summary>How many are missing and still asked for.</summary>
    public int Count => _count;

    /// <summary>Packets that were asked for as often as may be, and never came.</summary>
    public long GivenUp { get; private set; }

    /// <summary>When to ask next; far away when nothing is missing.</summary>
    public long NextAsk { get; private set; } = long.MaxValue;

    /// <summary>Notes a gap, both ends included. False when it does not fit: then the list is empty and a keyframe is needed.</summary>
    public bool Add(long first, long last, long now)
    {
        if (last - first >= Most - _count)
        {
            Clear();
            return false;
        }
        for (var sequence = first; sequence <= last; sequence++) _missing[_count++] = new Missing(sequence, now + ReorderWait, 0);
        NextAsk = long.Min(NextAsk, now + ReorderWait);
        return true;
    }

    /// <summary>A packet has come after all.</summary>
    public void Remove(long sequence)
    {
        // Gaps are noted in order, so the list ascends; what comes late is mostly near its end.
        for (var i = _count - 1; i >= 0 && _missing[i].Sequence >= sequence; i--)
        {
            if (_missing[i].Sequence != sequence) continue;
            Array.Copy(_missing, i + 1, _missing, i, --_count - i);
            break;
        }
        if (_count == 0) NextAsk = long.MaxValue;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => (_count, NextAsk) = (0, long.MaxValue);

    /// <summary>Takes what is due, ascending; each is asked for again after a round trip, ten times at most.</summary>
    public int Collect(long now, long roundTrip, Span<ushort> due)
    {
        var spacing = long.Clamp(roundTrip, ShortestSpacing, LongestSpacing);
        var (taken, kept) = (0, 0);
        NextAsk = long.MaxValue;
        for (var i = 0; i < _count; i++)
        {
            var missing = _missing[i];
            if (missing.AskAt <= now && taken < due.Length)
            {
                due[taken++] = (ushort)missing.Sequence;
                missing = missing with { AskAt = now + spacing, Asked = missing.Asked + 1 };
                if (missing.Asked >= Tries)
                {
                    GivenUp++;
                    continue;
                }
            }
            NextAsk = long.Min(NextAsk, missing.AskAt);
            _missing[kept++] = missing;
        }
        _count = kept;
        return taken;
    }
}

namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>Time between two groups of packets where they left and where they arrived (µs).</summary>
internal readonly record struct GroupDelta(long Sent, long Arrived);

/// <summary>
/// Gathers packets into groups that left within 5 ms (draft-ietf-rmcat-gcc-02 §5.2): a frame's packets, or what a radio lets through at once, tell one
/// thing about the path, not many.
/// </summary>
internal sealed class ArrivalGroups
{
    const long Span = 5_000;
    const long LongestBurst = 100_000;
    // A clock that jumps so far, or a path that stood still so long, starts over.
    const long Jump = 3_000_000;

    struct Group
    {
        public long FirstSent, LastSent, FirstArrived, LastArrived;
    }

    Group _current, _before;
    bool _hasCurrent, _hasBefore;

    /// <summary>Takes a packet that arrived, in the order of arrival. True when it closes a group that another came before.</summary>
    internal bool Add(long sentAt, long arrivedAt, out GroupDelta delta)
    {
        delta = default;
        if (!_hasCurrent)
        {
            Begin(sentAt, arrivedAt);
            return false;
        }
        // It was overtaken: its group is closed.
        if (sentAt < _current.FirstSent) return false;
        if (BelongsToCurrent(sentAt, arrivedAt))
        {
            _current.LastSent = long.Max(_current.LastSent, sentAt);
            _current.LastArrived = long.Max(_current.LastArrived, arrivedAt);
            return false;
        }
        var complete = false;
        if (_hasBefore)
        {
            delta = new GroupDelta(_current.LastSent - _before.LastSent, _current.LastArrived - _before.LastArrived);
            complete = delta.Arrived >= 0 && long.Abs(delta.Arrived - delta.Sent) < Jump;
        }
        (_before, _hasBefore) = (_current, true);
        Begin(sentAt, arrivedAt);
        return complete;
    }

    /// <summary>Forgets what came before: the path was another.</summary>
    internal void Clear() => (_hasCurrent, _hasBefore) = (false, false);

    void Begin(long sentAt, long arrivedAt)
    {
        _current = new Group { FirstSent = sentAt, LastSent = sentAt, FirstArrived = arrivedAt, LastArrived = arrivedAt };
        _hasCurrent = true;
    }

    bool BelongsToCurrent(long sentAt, long arrivedAt)
    {
        if (sentAt - _current.FirstSent <= Span) return true;
        // Held up together and let go together: closer behind the last one than it was sent.
        var gap = arrivedAt - _current.LastArrived;
        return gap <= Span && gap < sentAt - _current.LastSent && arrivedAt - _current.FirstArrived < LongestBurst;
    }
}

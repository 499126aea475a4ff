namespace FirstRing.Media.Rtc.Streams;

/// <summary>
/// When to ask a publisher for a keyframe. However many subscribers want one, one request goes out, not more often than each half second, and
/// again while none has come. A publisher that sends nothing is not asked: it starts with a keyframe anyway, or cannot help.
/// </summary>
public sealed class KeyFrameRequests(Deadline deadline)
{
    /// <summary>Shortest time between two requests (µs).</summary>
    public const long Spacing = 500_000;
    const long ShortestRetry = 1_000_000;
    const long SilentAfter = 2_000_000;

    long _lastAsked = long.MinValue / 2;
    long _lastPacket = long.MinValue / 2;
    long _dueAt = long.MaxValue;

    /// <summary>Somebody waits for a keyframe.</summary>
    public bool IsWanted => _dueAt != long.MaxValue;

    /// <summary>Somebody needs a keyframe.</summary>
    public void Ask(long now)
    {
        // While a request is under way this brings the retry forward to the throttle's end, no further.
        _dueAt = long.Min(_dueAt, long.Max(now, _lastAsked + Spacing));
        if (IsActive(now)) deadline.NoLaterThan(_dueAt);
    }

    /// <summary>A packet came: the publisher is there to be asked.</summary>
    public void OnPacket(long now, bool startsKeyFrame)
    {
        _lastPacket = now;
        if (startsKeyFrame) _dueAt = long.MaxValue;
        else if (IsWanted) deadline.NoLaterThan(_dueAt);
    }

    /// <summary>True when a request is to be sent now.</summary>
    public bool TakeDue(long now, long roundTrip)
    {
        if (_dueAt > now || !IsActive(now))
        {
            if (IsWanted && IsActive(now)) deadline.NoLaterThan(_dueAt);
            return false;
        }
        _lastAsked = now;
        _dueAt = now + long.Max(ShortestRetry, 3 * roundTrip);
        deadline.NoLaterThan(_dueAt);
        return true;
    }

    bool IsActive(long now) => now - _lastPacket < SilentAfter;
}

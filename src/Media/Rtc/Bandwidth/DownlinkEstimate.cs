namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>
/// What a subscriber's path carries, as far as it must bind the publishers. The subscriber's REMB follows what it receives (libWebRTC never estimates
/// above one and a half times that), so by itself it would hold a thin stream thin: it counts only once it has fallen below what we send, and then
/// until it has recovered or is no more heard.
/// </summary>
public sealed class DownlinkEstimate
{
    /// <summary>An estimate is good for so long (µs).</summary>
    public const long Lifetime = 10_000_000;
    /// <summary>No publisher is asked for less than this (bit/s): below it a picture is not worth sending.</summary>
    public const long Floor = 150_000;
    // Enough for all that a page sends: the limit is off from here on.
    const long Ample = 6_000_000;
    const long Window = 500_000;

    long _windowFrom, _windowBytes, _bitsPerSecond;
    long _estimate, _heardAt = long.MinValue / 2;
    bool _binds;

    /// <summary>Counts bytes sent to the subscriber.</summary>
    public void OnSent(int bytes, long now)
    {
        _windowBytes += bytes;
        var passed = now - _windowFrom;
        if (passed < Window) return;
        // After a pause the window says nothing about the path.
        _bitsPerSecond = passed < 4 * Window ? _windowBytes * 8_000_000 / passed : 0;
        (_windowFrom, _windowBytes) = (now, 0);
    }

    /// <summary>Takes the subscriber's REMB (bit/s).</summary>
    public void OnEstimate(ulong bitsPerSecond, long now)
    {
        _estimate = (long)ulong.Min(bitsPerSecond, Ample);
        _heardAt = now;
        if (_estimate >= Ample) _binds = false;
        else if (_estimate < _bitsPerSecond) _binds = true;
    }

    /// <summary>The limit in bit/s for everything we send the subscriber; 0 when there is none.</summary>
    public long Limit(long now)
    {
        if (now - _heardAt > Lifetime) _binds = false;
        return _binds ? long.Max(_estimate, Floor) : 0;
    }
}

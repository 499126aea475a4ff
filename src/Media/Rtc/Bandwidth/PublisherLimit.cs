namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>The bitrate a publisher is asked to keep to, and when to tell it so by REMB: each second, and at once when it falls.</summary>
public sealed class PublisherLimit
{
    /// <summary>Asked for when nobody's path binds (bit/s): the page is then held by its own estimate alone.</summary>
    public const long None = 10_000_000;
    /// <summary>Nobody is asked for less (bit/s): below it a picture is not worth sending.</summary>
    public const long Floor = 150_000;
    const long Interval = 1_000_000;

    long _told = None, _toldAt;

    /// <summary>The limit in bit/s.</summary>
    public long BitsPerSecond { get; private set; } = None;

    /// <summary>Sets the limit; 0 or less lifts it. True when the publisher should hear of it now.</summary>
    public bool Set(long bitsPerSecond)
    {
        BitsPerSecond = bitsPerSecond <= 0 ? None : long.Clamp(bitsPerSecond, Floor, None);
        // libWebRTC's own receivers report a fall of 3 % without waiting.
        return BitsPerSecond < _told * 97 / 100;
    }

    /// <summary>True when a REMB is to be sent now. Nothing is said while no limit was ever needed.</summary>
    public bool TakeDue(long now)
    {
        if (BitsPerSecond == None && _told == None) return false;
        if (now - _toldAt < Interval && BitsPerSecond >= _told * 97 / 100) return false;
        (_told, _toldAt) = (BitsPerSecond, now);
        return true;
    }
}

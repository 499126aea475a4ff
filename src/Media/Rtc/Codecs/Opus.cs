namespace FirstRing.Media.Rtc.Codecs;

/// <summary>Opus over RTP (RFC 7587): nothing in it has to be read to forward it.</summary>
public static class Opus
{
    /// <summary>Ticks per second of the RTP clock, whatever the sampling rate (§4.1).</summary>
    public const int ClockRate = 48_000;
    /// <summary>Ticks of the usual 20 ms frame.</summary>
    public const int FrameTicks = 960;
}

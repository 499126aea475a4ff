namespace FirstRing.Media.Rtc.Rtp.Extensions;

/// <summary>
/// Send time as 24 bits of 6.18 fixed point seconds, wrapping every 64 s
/// (http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time).
/// </summary>
public static class AbsSendTime
{
    /// <summary>The URI in <c>a=extmap</c>.</summary>
    public const string Uri = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
    /// <summary>Bytes of the value.</summary>
    public const int Length = 3;

    /// <summary>Writes a time in microseconds of any epoch.</summary>
    public static void Write(Span<byte> value, long microseconds)
    {
        // Reduced to the 64 s circle first: the shift would overflow on wall-clock microseconds.
        var ticks = (uint)(((ulong)microseconds % 64_000_000 << 18) / 1_000_000);
        value[0] = (byte)(ticks >> 16);
        value[1] = (byte)(ticks >> 8);
        value[2] = (byte)ticks;
    }

    /// <summary>Reads the 24-bit value, in 2^-18 s.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out uint ticks)
    {
        ticks = value.Length == Length ? (uint)(value[0] << 16 | value[1] << 8 | value[2]) : 0;
        return value.Length == Length;
    }
}

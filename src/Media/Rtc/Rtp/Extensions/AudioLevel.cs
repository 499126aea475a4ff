namespace FirstRing.Media.Rtc.Rtp.Extensions;

/// <summary>Client-to-mixer audio level (RFC 6464 §3): 0 is the loudest, 127 silence, in −dBov.</summary>
public static class AudioLevel
{
    /// <summary>The URI in <c>a=extmap</c>.</summary>
    public const string Uri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
    /// <summary>Bytes of the value.</summary>
    public const int Length = 1;

    /// <summary>Writes level and voice flag.</summary>
    public static void Write(Span<byte> value, int minusDbov, bool voice) => value[0] = (byte)((voice ? 0x80 : 0) | (minusDbov & 0x7F));

    /// <summary>Reads level and voice flag. The two-byte form may carry padding (RFC 6464 §3), so only the first byte counts.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out int minusDbov, out bool voice)
    {
        (minusDbov, voice) = value.Length > 0 ? (value[0] & 0x7F, value[0] >= 0x80) : (127, false);
        return value.Length > 0;
    }
}

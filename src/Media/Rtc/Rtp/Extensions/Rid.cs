namespace FirstRing.Media.Rtc.Rtp.Extensions;

/// <summary>The simulcast layer a stream carries, as ASCII letters and digits (RFC 8852 §3).</summary>
public static class Rid
{
    /// <summary>The URI in <c>a=extmap</c>.</summary>
    public const string Uri = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
    /// <summary>The URI for the layer that an RTX stream repairs.</summary>
    public const string RepairedUri = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
    /// <summary>The longest value that fits the one-byte form.</summary>
    public const int MaxLength = 16;

    /// <summary>Takes the value when RFC 8852 allows it; trailing zero bytes that some senders pad with are cut.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> rid)
    {
        rid = value.TrimEnd((byte)0);
        if (rid.Length is 0 or > MaxLength) return false;
        foreach (var c in rid)
            if (!char.IsAsciiLetterOrDigit((char)c))
                return false;
        return true;
    }
}

namespace FirstRing.Media.Rtc.Rtp.Extensions;

/// <summary>The m-line a stream belongs to, as ASCII (RFC 9143 §15).</summary>
public static class Mid
{
    /// <summary>The URI in <c>a=extmap</c>.</summary>
    public const string Uri = "urn:ietf:params:rtp-hdrext:sdes:mid";
    /// <summary>The longest value that fits the one-byte form.</summary>
    public const int MaxLength = 16;

    /// <summary>Takes the value when it is a usable token; trailing zero bytes that some senders pad with are cut.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> mid)
    {
        mid = value.TrimEnd((byte)0);
        return mid.Length is > 0 and <= MaxLength && !mid.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E);
    }
}

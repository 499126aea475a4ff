namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>Picture loss indication: send a keyframe (RFC 4585 §6.3.1).</summary>
public static class Pli
{
    const int Format = 1;

    /// <summary>Bytes on the wire.</summary>
    public const int Length = FeedbackHeader.Length;

    /// <summary>Reads a PLI; false for any other packet.</summary>
    public static bool TryRead(RtcpPacket packet, out uint mediaSsrc) =>
        FeedbackHeader.TryRead(packet, RtcpPacketType.PayloadFeedback, Format, out mediaSsrc, out _);

    /// <summary>Writes a PLI and returns its length; 0 when it does not fit.</summary>
    public static int Write(Span<byte> destination, uint senderSsrc, uint mediaSsrc)
    {
        if (destination.Length < Length) return 0;
        FeedbackHeader.Write(destination, RtcpPacketType.PayloadFeedback, Format, Length, senderSsrc, mediaSsrc);
        return Length;
    }
}

using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

// The part that all feedback messages share (RFC 4585 §6.1): common header, sender SSRC, media SSRC, then the FCI.
static class FeedbackHeader
{
    internal const int Length = 12;
    internal const int BodyLength = 8;

    internal static bool TryRead(RtcpPacket packet, RtcpPacketType type, int format, out uint media, out ReadOnlySpan<byte> fci)
    {
        media = 0;
        fci = default;
        if (!packet.Is(type, format) || packet.Body.Length < BodyLength) return false;
        media = BinaryPrimitives.ReadUInt32BigEndian(packet.Body[4..]);
        fci = packet.Body[BodyLength..];
        return true;
    }

    internal static void Write(Span<byte> destination, RtcpPacketType type, int format, int length, uint sender, uint media)
    {
        RtcpPacket.WriteHeader(destination, type, format, length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], sender);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], media);
    }
}

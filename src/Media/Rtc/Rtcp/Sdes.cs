using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>SDES: of its items only CNAME is used (RFC 3550 §6.5).</summary>
public static class Sdes
{
    const byte CnameItem = 1;

    /// <summary>Finds the CNAME of a source, as UTF-8.</summary>
    public static bool TryGetCname(RtcpPacket packet, uint ssrc, out ReadOnlySpan<byte> cname)
    {
        cname = default;
        if (packet.Type != RtcpPacketType.SourceDescription) return false;
        var body = packet.Body;
        var at = 0;
        for (var chunk = 0; chunk < packet.Count; chunk++)
        {
            if (body.Length - at < 4) return false;
            var source = BinaryPrimitives.ReadUInt32BigEndian(body[at..]);
            at += 4;
            while (at < body.Length && body[at] != 0)
            {
                if (body.Length - at < 2 || body.Length - at - 2 < body[at + 1]) return false;
                if (source == ssrc && body[at] == CnameItem)
                {
                    cname = body.Slice(at + 2, body[at + 1]);
                    return true;
                }
                at += 2 + body[at + 1];
            }
            at = (at & ~3) + 4; // at least one zero ends the chunk, more fill up the word
        }
        return false;
    }

    /// <summary>Writes one chunk with the CNAME (at most 255 bytes) and returns the length; 0 when it does not fit.</summary>
    public static int WriteCname(Span<byte> destination, uint ssrc, ReadOnlySpan<byte> cname)
    {
        var length = (RtcpPacket.HeaderLength + 4 + 2 + cname.Length & ~3) + 4;
        if (cname.Length > 255 || destination.Length < length) return 0;
        destination[..length].Clear();
        RtcpPacket.WriteHeader(destination, RtcpPacketType.SourceDescription, 1, length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], ssrc);
        destination[8] = CnameItem;
        destination[9] = (byte)cname.Length;
        cname.CopyTo(destination[10..]);
        return length;
    }
}

using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>SR: where a stream's RTP clock stands against the wall clock (RFC 3550 §6.4.1).</summary>
public readonly ref struct SenderReport
{
    const int FixedLength = 24; // of the body: SSRC, NTP, RTP, packets, octets

    readonly ReadOnlySpan<byte> _body;

    SenderReport(ReadOnlySpan<byte> body, ReportBlocks blocks)
    {
        _body = body;
        Blocks = blocks;
    }

    /// <summary>The stream.</summary>
    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_body);
    /// <summary>NTP time, 32.32 bits of seconds since 1900.</summary>
    public ulong NtpTime => BinaryPrimitives.ReadUInt64BigEndian(_body[4..]);
    /// <summary>The same instant in the stream's RTP clock.</summary>
    public uint RtpTime => BinaryPrimitives.ReadUInt32BigEndian(_body[12..]);
    /// <summary>Packets sent so far.</summary>
    public uint PacketCount => BinaryPrimitives.ReadUInt32BigEndian(_body[16..]);
    /// <summary>Payload bytes sent so far.</summary>
    public uint OctetCount => BinaryPrimitives.ReadUInt32BigEndian(_body[20..]);
    /// <summary>What the sender says about streams that it receives.</summary>
    public ReportBlocks Blocks { get; }
    /// <summary>The middle 32 bits of the NTP time, as a report block echoes them.</summary>
    public uint CompactNtpTime => (uint)(NtpTime >> 16);

    /// <summary>Reads an SR; false for any other packet.</summary>
    public static bool TryRead(RtcpPacket packet, out SenderReport report)
    {
        report = default;
        var end = FixedLength + packet.Count * ReportBlock.Length;
        if (packet.Type != RtcpPacketType.SenderReport || packet.Body.Length < end) return false;
        report = new SenderReport(packet.Body, new ReportBlocks(packet.Body[FixedLength..end]));
        return true;
    }

    /// <summary>Writes an SR and returns its length; 0 when it does not fit or has over 31 blocks.</summary>
    public static int Write(
        Span<byte> destination, uint ssrc, ulong ntpTime, uint rtpTime, uint packetCount, uint octetCount, ReadOnlySpan<ReportBlock> blocks = default)
    {
        var length = RtcpPacket.HeaderLength + FixedLength + blocks.Length * ReportBlock.Length;
        if (destination.Length < length || blocks.Length > 31) return 0;
        RtcpPacket.WriteHeader(destination, RtcpPacketType.SenderReport, blocks.Length, length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], ntpTime);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], rtpTime);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], packetCount);
        BinaryPrimitives.WriteUInt32BigEndian(destination[24..], octetCount);
        ReportBlocks.Write(destination[28..], blocks);
        return length;
    }
}

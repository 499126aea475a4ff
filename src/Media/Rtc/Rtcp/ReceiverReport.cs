using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>RR: what a peer receives, when it sends nothing itself (RFC 3550 §6.4.2).</summary>
public readonly ref struct ReceiverReport
{
    ReceiverReport(uint ssrc, ReportBlocks blocks)
    {
        Ssrc = ssrc;
        Blocks = blocks;
    }

    /// <summary>Who reports.</summary>
    public uint Ssrc { get; }
    /// <summary>The streams reported on.</summary>
    public ReportBlocks Blocks { get; }

    /// <summary>Reads an RR; false for any other packet.</summary>
    public static bool TryRead(RtcpPacket packet, out ReceiverReport report)
    {
        report = default;
        var end = 4 + packet.Count * ReportBlock.Length;
        if (packet.Type != RtcpPacketType.ReceiverReport || packet.Body.Length < end) return false;
        report = new ReceiverReport(packet.SenderSsrc, new ReportBlocks(packet.Body[4..end]));
        return true;
    }

    /// <summary>Writes an RR and returns its length; 0 when it does not fit or has over 31 blocks.</summary>
    public static int Write(Span<byte> destination, uint ssrc, ReadOnlySpan<ReportBlock> blocks)
    {
        var length = RtcpPacket.HeaderLength + 4 + blocks.Length * ReportBlock.Length;
        if (destination.Length < length || blocks.Length > 31) return 0;
        RtcpPacket.WriteHeader(destination, RtcpPacketType.ReceiverReport, blocks.Length, length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], ssrc);
        ReportBlocks.Write(destination[8..], blocks);
        return length;
    }
}

using FirstRing.Media.Rtc.Rtcp;

namespace FirstRing.Fuzz.Parsers.Targets;

static class RtcpTarget
{
    internal static void Run(byte[] bytes)
    {
        if (!RtcpCompound.TryRead(bytes, out var compound)) return;
        var length = 0;
        foreach (var packet in compound)
        {
            length += packet.Bytes.Length;
            Reports(packet);
            Feedback(packet);
        }
        Must.Hold(length == bytes.Length);
    }

    static void Reports(RtcpPacket packet)
    {
        if (SenderReport.TryRead(packet, out var sender))
            for (var i = 0; i < sender.Blocks.Count; i++)
                _ = sender.Blocks[i];
        if (ReceiverReport.TryRead(packet, out var receiver))
        {
            Span<ReportBlock> blocks = stackalloc ReportBlock[31];
            for (var i = 0; i < receiver.Blocks.Count; i++) blocks[i] = receiver.Blocks[i];
            Span<byte> written = stackalloc byte[800];
            var size = ReceiverReport.Write(written, receiver.Ssrc, blocks[..receiver.Blocks.Count]);
            Must.Hold(packet.Body.StartsWith(written[4..size]));
        }
        if (Bye.TryRead(packet, out var bye))
            for (var i = 0; i < bye.Count; i++)
                _ = bye[i];
        Sdes.TryGetCname(packet, packet.SenderSsrc, out _);
    }

    static void Feedback(RtcpPacket packet)
    {
        if (Nack.TryRead(packet, out var nack))
        {
            var count = 0;
            foreach (var _ in nack) count++;
            Must.Hold(count >= (packet.Body.Length - 8) / 4 && count <= 17 * (packet.Body.Length - 8) / 4);
        }
        if (Fir.TryRead(packet, out var fir))
            for (var i = 0; i < fir.Count; i++)
                _ = fir[i];
        if (Remb.TryRead(packet, out var remb))
            for (var i = 0; i < remb.Count; i++)
                _ = remb[i];
        Pli.TryRead(packet, out _);
        if (TransportFeedback.TryRead(packet, out var feedback)) TwccTarget.Walk(feedback);
    }
}

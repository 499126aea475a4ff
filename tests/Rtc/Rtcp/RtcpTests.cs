using CsCheck;
using FirstRing.Media.Rtc.Rtcp;

namespace FirstRing.Tests.Rtc.Rtcp;

public sealed class RtcpTests
{
    internal static RtcpPacket Only(ReadOnlySpan<byte> bytes)
    {
        Assert.True(RtcpCompound.TryRead(bytes, out var compound));
        var packets = compound.GetEnumerator();
        Assert.True(packets.MoveNext());
        var packet = packets.Current;
        Assert.False(packets.MoveNext());
        return packet;
    }

    static void ReadEverything(ReadOnlySpan<byte> bytes)
    {
        if (!RtcpCompound.TryRead(bytes, out var compound)) return;
        foreach (var packet in compound)
        {
            if (SenderReport.TryRead(packet, out var sender))
                for (var i = 0; i < sender.Blocks.Count; i++) _ = sender.Blocks[i];
            if (ReceiverReport.TryRead(packet, out var receiver))
                for (var i = 0; i < receiver.Blocks.Count; i++) _ = receiver.Blocks[i];
            if (Bye.TryRead(packet, out var bye))
                for (var i = 0; i < bye.Count; i++) _ = bye[i];
            if (Fir.TryRead(packet, out var fir))
                for (var i = 0; i < fir.Count; i++) _ = fir[i];
            if (Remb.TryRead(packet, out var remb))
                for (var i = 0; i < remb.Count; i++) _ = remb[i];
            if (Nack.TryRead(packet, out var nack))
                foreach (var lost in nack) _ = lost;
            if (TransportFeedback.TryRead(packet, out var feedback))
                foreach (var status in feedback) _ = status;
            Pli.TryRead(packet, out _);
            Sdes.TryGetCname(packet, 0, out _);
            _ = packet.SenderSsrc;
        }
    }

    [Fact]
    public void Any_bytes_are_survived() =>
        Gen.Select(Gen.Byte.Array[0, 120], Gen.Byte[0x80, 0xBF], Gen.Byte[200, 207], Gen.Bool).Sample((bytes, first, type, padded) =>
        {
            ReadEverything(bytes);
            var whole = bytes.AsSpan(0, bytes.Length & ~3);
            if (whole.IsEmpty) return;
            (whole[0], whole[1], whole[2], whole[3]) = (padded ? first : (byte)(first & 0xDF), type, 0, (byte)(whole.Length / 4 - 1));
            ReadEverything(whole);
        });

    static readonly Gen<ReportBlock> Block = Gen.Select(Gen.UInt, Gen.Byte, Gen.Int[-0x800000, 0x7FFFFF], Gen.UInt, Gen.UInt, Gen.UInt, Gen.UInt)
        .Select((ssrc, fraction, lost, highest, jitter, last, delay) => new ReportBlock
        {
            Ssrc = ssrc, FractionLost = fraction, CumulativeLost = lost, HighestSequence = highest, Jitter = jitter, LastSenderReport = last,
            DelaySinceLast = delay,
        });

    [Fact]
    public void Reports_come_back() => Gen.Select(Gen.UInt, Gen.ULong, Gen.UInt, Block.Array[0, 31]).Sample((ssrc, ntp, count, blocks) =>
    {
        var buffer = new byte[800];
        var length = SenderReport.Write(buffer, ssrc, ntp, count + 1, count, count * 3, blocks);
        Assert.True(SenderReport.TryRead(Only(buffer.AsSpan(0, length)), out var report));
        Assert.Equal((ssrc, ntp, count + 1, count, count * 3), (report.Ssrc, report.NtpTime, report.RtpTime, report.PacketCount, report.OctetCount));
        Assert.Equal(blocks.Length, report.Blocks.Count);
        for (var i = 0; i < blocks.Length; i++) Assert.Equal(blocks[i], report.Blocks[i]);

        length = ReceiverReport.Write(buffer, ssrc, blocks);
        Assert.True(ReceiverReport.TryRead(Only(buffer.AsSpan(0, length)), out var received));
        Assert.Equal(ssrc, received.Ssrc);
        for (var i = 0; i < blocks.Length; i++) Assert.Equal(blocks[i], received.Blocks[i]);
        Assert.Equal(0, ReceiverReport.Write(buffer.AsSpan(0, length - 1), ssrc, blocks));
    });

    [Fact]
    public void Cname_comes_back() => Gen.Select(Gen.UInt, Gen.Byte.Array[0, 255]).Sample((ssrc, name) =>
    {
        var buffer = new byte[300];
        var length = Sdes.WriteCname(buffer, ssrc, name);
        return length % 4 == 0 && Sdes.TryGetCname(Only(buffer.AsSpan(0, length)), ssrc, out var read) && read.SequenceEqual(name)
            && !Sdes.TryGetCname(Only(buffer.AsSpan(0, length)), ssrc + 1, out _);
    });

    [Fact]
    public void Lost_numbers_come_back() => Gen.Select(Gen.UShort, Gen.Int[1, 40].Array[1, 60]).Sample((start, gaps) =>
    {
        var lost = new ushort[gaps.Length];
        var at = start;
        for (var i = 0; i < gaps.Length; i++) lost[i] = at = (ushort)(at + gaps[i]);
        var buffer = new byte[12 + 4 * lost.Length];
        var length = Nack.Write(buffer, 1, 2, lost, out var written);
        Assert.Equal(lost.Length, written);
        Assert.True(Nack.TryRead(Only(buffer.AsSpan(0, length)), out var nack));
        Assert.Equal((1u, 2u), (nack.SenderSsrc, nack.MediaSsrc));
        var read = new List<ushort>();
        foreach (var number in nack) read.Add(number);
        Assert.Equal(lost, read);
    });

    [Fact]
    public void A_nack_that_does_not_fit_says_how_far_it_came()
    {
        Assert.Equal(16, Nack.Write(new byte[19], 1, 2, [1, 2, 100, 200], out var written));
        Assert.Equal(2, written);
        Assert.Equal(0, Nack.Write(new byte[15], 1, 2, [1], out written));
        Assert.Equal(0, written);
    }

    [Fact]
    public void Bitrate_comes_back_to_eighteen_bits() => Gen.Select(Gen.ULong[0, ulong.MaxValue / 2], Gen.UInt.Array[0, 5]).Sample((bitrate, sources) =>
    {
        var buffer = new byte[60];
        var length = Remb.Write(buffer, 1, bitrate, sources);
        Assert.True(Remb.TryRead(Only(buffer.AsSpan(0, length)), out var remb));
        Assert.Equal(sources.Length, remb.Count);
        for (var i = 0; i < sources.Length; i++) Assert.Equal(sources[i], remb[i]);
        return remb.Bitrate <= bitrate && bitrate - remb.Bitrate <= bitrate >> 17;
    });

    // draft-alvestrand-rmcat-remb-03 §2.3 gives no bytes; these were worked out by hand from §2.2: 2,500,000 = 156,250 · 2^4.
    [Fact]
    public void Keyframe_requests_and_bitrate_have_their_bytes()
    {
        var buffer = new byte[40];
        Assert.Equal("81CE00020000000100000002", Convert.ToHexString(buffer.AsSpan(0, Pli.Write(buffer, 1, 2))));
        Assert.Equal("84CE00040000000100000000000000020" + "7000000", Convert.ToHexString(buffer.AsSpan(0, Fir.Write(buffer, 1, 2, 7))));
        Assert.Equal("8FCE0005000000010000000052454D420112625A00000003", Convert.ToHexString(buffer.AsSpan(0, Remb.Write(buffer, 1, 2_500_000, [3]))));
        Assert.Equal("82CB00020000000500000006", Convert.ToHexString(buffer.AsSpan(0, Bye.Write(buffer, [5, 6]))));
        Assert.True(Pli.TryRead(Only(Convert.FromHexString("81CE00020000000100000002")), out var media));
        Assert.Equal(2u, media);
        Assert.True(Fir.TryRead(Only(Convert.FromHexString("84CE000400000001000000000000000207000000")), out var fir));
        Assert.Equal((2u, (byte)7), fir[0]);
    }

    [Fact]
    public void Compounds_fall_apart_and_padding_is_cut()
    {
        var buffer = new byte[100];
        var first = ReceiverReport.Write(buffer, 1, []);
        var second = Pli.Write(buffer.AsSpan(first), 1, 2);
        var end = first + second;
        buffer[first] |= 0x20;
        (buffer[first + 3], buffer[end + 3]) = (3, 4);
        Assert.True(RtcpCompound.TryRead(buffer.AsSpan(0, end + 4), out var compound));
        var types = new List<RtcpPacketType>();
        foreach (var packet in compound) types.Add(packet.Type);
        Assert.Equal([RtcpPacketType.ReceiverReport, RtcpPacketType.PayloadFeedback], types);
        Assert.False(RtcpCompound.TryRead(buffer.AsSpan(0, end + 3), out _));
        buffer[0] |= 0x20; // padding before the last packet
        buffer[first - 1] = 4;
        Assert.False(RtcpCompound.TryRead(buffer.AsSpan(0, end + 4), out _));
    }

    [Fact]
    public void Reading_and_writing_allocates_nothing()
    {
        var buffer = new byte[1200];
        var arrivals = Enumerable.Range(0, 100).Select(i => new TransportArrival((ushort)(i * 2), i * 1000 + i * i)).ToArray();
        ushort[] lost = [1, 3, 40];
        Assert.Equal(0, Allocations.Of(() =>
        {
            var length = SenderReport.Write(buffer, 1, 2, 3, 4, 5, [new ReportBlock { Ssrc = 9 }]);
            length += Nack.Write(buffer.AsSpan(length), 1, 2, lost, out _);
            length += TransportFeedbackWriter.Write(buffer.AsSpan(length), 1, 2, 3, 0, arrivals, out _);
            RtcpCompound.TryRead(buffer.AsSpan(0, length), out var compound);
            foreach (var packet in compound)
            {
                if (Nack.TryRead(packet, out var nack))
                    foreach (var number in nack) _ = number;
                if (TransportFeedback.TryRead(packet, out var feedback))
                    foreach (var status in feedback) _ = status;
            }
        }));
    }
}

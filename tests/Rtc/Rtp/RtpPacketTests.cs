using CsCheck;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Rtp.Extensions;

namespace FirstRing.Tests.Rtc.Rtp;

public sealed class RtpPacketTests
{
    static void ReadEverything(ReadOnlySpan<byte> bytes)
    {
        if (!RtpPacket.TryRead(bytes, out var packet)) return;
        Assert.Equal(bytes.Length, packet.HeaderLength + packet.Payload.Length + packet.PaddingLength);
        for (var id = 0; id < 256; id++)
            if (packet.TryGetExtension(id, out var value))
            {
                AbsSendTime.TryRead(value, out _);
                TransportSequence.TryRead(value, out _);
                AudioLevel.TryRead(value, out _, out _);
                Mid.TryRead(value, out _);
                Rid.TryRead(value, out _);
            }
    }

    [Fact]
    public void Any_bytes_are_survived() => Gen.Select(Gen.Byte[0x80, 0xBF], Gen.Byte.Array[0, 100]).Sample((first, bytes) =>
    {
        ReadEverything(bytes);
        if (bytes.Length == 0) return;
        bytes[0] = first;
        ReadEverything(bytes);
        if (bytes.Length < 16) return;
        (bytes[0], bytes[12], bytes[13], bytes[14], bytes[15]) = (0x90, 0xBE, 0xDE, 0, (byte)(bytes[15] & 7));
        ReadEverything(bytes);
        (bytes[12], bytes[13]) = (0x10, 0x00);
        ReadEverything(bytes);
    });

    [Fact]
    public void What_is_written_is_read() => Gen.Select(Gen.Bool, Gen.Int[0, 127], Gen.UShort, Gen.UInt, Gen.UInt,
        Gen.Select(Gen.Int[1, 14], Gen.Byte.Array[1, 16]).Array[0, 6]).Sample((marker, type, sequence, time, ssrc, elements) =>
    {
        var buffer = new byte[200];
        var length = RtpHeader.Write(buffer, marker, type, sequence, time, ssrc);
        var writer = new RtpExtensionWriter(buffer);
        foreach (var (id, value) in elements) Assert.True(writer.Add(id, value));
        length = writer.Finish();
        buffer[length] = 42;
        Assert.True(RtpPacket.TryRead(buffer.AsSpan(0, length + 1), out var packet));
        Assert.Equal((marker, type, sequence, time, ssrc, length),
            (packet.Marker, packet.PayloadType, packet.SequenceNumber, packet.Timestamp, packet.Ssrc, packet.HeaderLength));
        Assert.Equal([42], packet.Payload.ToArray());
        foreach (var group in elements.GroupBy(e => e.Item1))
        {
            Assert.True(packet.TryGetExtension(group.Key, out var value));
            Assert.Equal(group.First().Item2, value.ToArray());
        }
    });

    [Fact]
    public void An_extension_that_does_not_fit_is_left_out() => Gen.Select(Gen.Int[12, 60], Gen.Byte.Array[1, 16].Array[1, 5]).Sample((size, values) =>
    {
        var buffer = new byte[size];
        RtpHeader.Write(buffer, false, 96, 1, 2, 3);
        var writer = new RtpExtensionWriter(buffer);
        var added = 0;
        foreach (var value in values) added += writer.Add(1, value) ? 1 : 0;
        var length = writer.Finish();
        return length <= size && RtpPacket.TryRead(buffer.AsSpan(0, length), out var packet) && packet.HeaderLength == length
            && packet.TryGetExtension(1, out _) == added > 0;
    });

    // RFC 8285 §4.3, two-byte form with a zero-length element and padding between.
    [Fact]
    public void Two_byte_elements_are_read()
    {
        var bytes = Convert.FromHexString("90600001000000020000000310000003" + "0100" + "00" + "2003aabbcc" + "00000000");
        Assert.True(RtpPacket.TryRead(bytes, out var packet));
        Assert.True(packet.TryGetExtension(1, out var empty) && empty.IsEmpty);
        Assert.True(packet.TryGetExtension(0x20, out var value));
        Assert.Equal("AABBCC", Convert.ToHexString(value));
        Assert.False(packet.TryGetExtension(2, out _));
    }

    [Fact]
    public void Id_15_stops_the_one_byte_form()
    {
        var bytes = Convert.FromHexString("906000010000000200000003BEDE0002" + "10AA" + "F0" + "20BB" + "000000");
        Assert.True(RtpPacket.TryRead(bytes, out var packet));
        Assert.True(packet.TryGetExtension(1, out _));
        Assert.False(packet.TryGetExtension(2, out _));
        Assert.False(packet.TryGetExtension(15, out _));
    }

    [Theory]
    [InlineData("A060000100000002000000030102030403", true, 2)]
    [InlineData("A060000100000002000000030102030405", true, 0)]
    [InlineData("A060000100000002000000030102030406", false, 0)]
    [InlineData("A060000100000002000000030102030400", false, 0)]
    public void Padding_must_fit(string hex, bool reads, int payload)
    {
        Assert.Equal(reads, RtpPacket.TryRead(Convert.FromHexString(hex), out var packet));
        if (reads) Assert.Equal(payload, packet.Payload.Length);
    }

    [Fact]
    public void Reading_and_writing_allocates_nothing()
    {
        var buffer = new byte[100];
        Assert.Equal(0, Allocations.Of(() =>
        {
            RtpHeader.Write(buffer, true, 96, 1, 2, 3);
            var writer = new RtpExtensionWriter(buffer);
            if (writer.TryReserve(3, TransportSequence.Length, out var value)) TransportSequence.Write(value, 77);
            if (writer.TryReserve(2, AbsSendTime.Length, out value)) AbsSendTime.Write(value, 123_456_789);
            writer.Finish();
            RtpPacket.TryRead(buffer, out var packet);
            packet.TryGetExtension(2, out _);
        }));
    }
}

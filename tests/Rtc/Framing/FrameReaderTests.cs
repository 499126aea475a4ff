using System.Buffers.Binary;
using CsCheck;
using FirstRing.Media.Rtc.Framing;

namespace FirstRing.Tests.Rtc.Framing;

public sealed class FrameReaderTests
{
    static readonly Gen<byte[][]> Datagrams = Gen.Byte.Array[0, 300].Array[1, 30];

    [Fact]
    public void However_a_stream_is_cut_the_datagrams_are_the_same() => Gen.Select(Datagrams, Gen.Int[1, 900].Array[1, 60]).Sample((datagrams, cuts) =>
    {
        var (reader, read) = (new FrameReader(), new List<byte[]>());
        ReadOnlySpan<byte> stream = Framed(datagrams);
        for (var cut = 0; stream.Length > 0; cut++)
        {
            var room = reader.Room;
            var count = int.Min(int.Min(cuts[cut % cuts.Length], stream.Length), room.Length);
            stream[..count].CopyTo(room);
            stream = stream[count..];
            reader.Take(count);
            while (reader.TryRead(out var datagram)) read.Add(datagram.ToArray());
        }
        Assert.False(reader.IsBroken);
        Assert.Equal(datagrams, read);
    });

    [Fact]
    public void Any_bytes_are_survived_and_there_is_always_room_or_an_end() => Gen.Byte.Array[0, 9000].Sample(bytes =>
    {
        var reader = new FrameReader();
        ReadOnlySpan<byte> stream = bytes;
        while (stream.Length > 0 && !reader.IsBroken)
        {
            var room = reader.Room;
            Assert.False(room.IsEmpty);
            var count = int.Min(stream.Length, room.Length);
            stream[..count].CopyTo(room);
            stream = stream[count..];
            reader.Take(count);
            while (reader.TryRead(out var datagram)) Assert.InRange(datagram.Length, 0, FrameReader.Longest);
        }
    });

    [Fact]
    public void The_longest_datagram_is_read_and_one_byte_more_ends_the_stream()
    {
        var reader = new FrameReader();
        Put(reader, Framed([new byte[FrameReader.Longest]]));
        Assert.True(reader.TryRead(out var datagram));
        Assert.Equal(FrameReader.Longest, datagram.Length);
        Put(reader, [(FrameReader.Longest + 1) >> 8, (FrameReader.Longest + 1) & 0xFF]);
        Assert.False(reader.TryRead(out _));
        Assert.True(reader.IsBroken);
    }

    // An Allocate request without anything in it, then messages and channels of any length.
    [Fact]
    public void A_stream_that_begins_as_for_a_relay_is_cut_by_what_its_datagrams_say() => Gen.Select(Gen.Byte.Array[0, 300].Array[1, 30], Gen.Int[1, 900].Array[1, 60]).Sample((bodies, cuts) =>
    {
        byte[][] datagrams = [[0, 3, 0, 0, .. new byte[16]], .. bodies.Select((body, i) => i % 3 == 0 ? [0, 0x16, .. Length(body.Length & ~3), .. new byte[16], .. body[..(body.Length & ~3)]] : (byte[])[0x40, 1, .. Length(body.Length), .. body])];
        var (reader, read) = (new FrameReader(mayBeTurn: true), new List<byte[]>());
        ReadOnlySpan<byte> stream = datagrams.SelectMany(one => (byte[])[.. one, .. new byte[-one.Length & 3]]).ToArray();
        for (var cut = 0; stream.Length > 0; cut++)
        {
            var count = int.Min(int.Min(cuts[cut % cuts.Length], stream.Length), reader.Room.Length);
            Put(reader, stream[..count]);
            stream = stream[count..];
            while (reader.TryRead(out var datagram)) read.Add(datagram.ToArray());
        }
        Assert.True(reader is { IsTurn: true, IsBroken: false });
        Assert.Equal(datagrams, read);
    });

    [Theory]
    [InlineData(new byte[] { 0, 3, 0x08, 0x00 })] // longer than anything of ours
    [InlineData(new byte[] { 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0 })] // neither a message nor a channel
    public void A_stream_for_a_relay_that_makes_no_sense_is_broken(byte[] bytes)
    {
        var reader = new FrameReader(mayBeTurn: true);
        Put(reader, bytes);
        while (reader.TryRead(out _)) { }
        Assert.True(reader.IsBroken);
    }

    static byte[] Length(int length) => [(byte)(length >> 8), (byte)length];

    [Fact]
    public void Reading_allocates_nothing()
    {
        var (reader, stream) = (new FrameReader(), Framed([new byte[100], new byte[1200]]));
        Assert.Equal(0, Allocations.Of(() =>
        {
            Put(reader, stream);
            while (reader.TryRead(out _)) { }
        }));
    }

    static void Put(FrameReader reader, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(reader.Room);
        reader.Take(bytes.Length);
    }

    internal static byte[] Framed(IEnumerable<byte[]> datagrams) => [.. datagrams.SelectMany(datagram =>
    {
        var framed = new byte[2 + datagram.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)datagram.Length);
        datagram.CopyTo(framed, 2);
        return framed;
    })];
}

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

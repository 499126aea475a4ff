using System.Buffers.Binary;

namespace FirstRing.Tests.Router.Recording;

// A WebM file taken apart (RFC 8794, RFC 9559), by a reader that shares nothing with the writer.
sealed class Webm
{
    public readonly record struct Block(int Track, long At, bool IsKey, byte[] Bytes);

    public List<Block> Blocks { get; } = [];
    public List<int> Tracks { get; } = [];
    public List<(long Time, long Position)> Cues { get; } = [];

    // Time of each cluster, by where it lies in the segment.
    public Dictionary<long, long> Clusters { get; } = [];
    public double Duration { get; private set; }

    static readonly HashSet<ulong> Containers = [0x1A45DFA3, 0x18538067, 0x114D9B74, 0x4DBB, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0xE1, 0x1F43B675, 0x1C53BB6B, 0xBB, 0xB7];

    long _segment, _time, _cueTime, _index = -1;

    public static Webm Read(byte[] file)
    {
        var webm = new Webm();
        webm.Elements(file, 0, file.Length, 0);
        if (webm._index >= 0) Assert.Equal(0x1C53BB6Bu, BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)(webm._segment + webm._index))));
        return webm;
    }

    void Elements(byte[] file, long from, long until, ulong parent)
    {
        for (var at = from; at < until;)
        {
            var begin = at;
            var id = Number(file, ref at, keepMarker: true);
            var length = Number(file, ref at, keepMarker: false);
            var end = length == 0x00FF_FFFF_FFFF_FFFF ? until : at + (long)length;
            Assert.True(end <= until, $"{id:X} at {begin}");
            if (id == 0x18538067) _segment = at;
            if (id == 0x1F43B675)
            {
                _time = -1;
                Elements(file, at, end, id);
                Clusters[begin - _segment] = _time;
            }
            else if (Containers.Contains(id)) Elements(file, at, end, id);
            else Value(id, file.AsSpan((int)at, (int)(end - at)));
            at = end;
        }
    }

    void Value(ulong id, ReadOnlySpan<byte> value)
    {
        if (id == 0xE7) _time = Whole(value);
        else if (id == 0x4489) Duration = BinaryPrimitives.ReadDoubleBigEndian(value);
        else if (id == 0xD7) Tracks.Add((int)Whole(value));
        else if (id == 0xB3) _cueTime = Whole(value);
        else if (id == 0xF1) Cues.Add((_cueTime, Whole(value)));
        else if (id == 0x53AC) _index = Whole(value);
        else if (id == 0xA3)
        {
            Assert.True(_time >= 0);
            Blocks.Add(new Block(value[0] & 0x7F, _time + BinaryPrimitives.ReadInt16BigEndian(value[1..]), (value[3] & 0x80) != 0, value[4..].ToArray()));
        }
    }

    static long Whole(ReadOnlySpan<byte> value)
    {
        var number = 0L;
        foreach (var each in value) number = number << 8 | each;
        return number;
    }

    static ulong Number(byte[] file, ref long at, bool keepMarker)
    {
        var length = System.Numerics.BitOperations.LeadingZeroCount((uint)file[at]) - 24 + 1;
        ulong number = keepMarker ? file[at] : (ulong)(file[at] & (0xFF >> length));
        for (var i = 1; i < length; i++) number = number << 8 | file[at + i];
        at += length;
        return number;
    }
}

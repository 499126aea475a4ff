using System.Buffers.Binary;
using System.Security.Cryptography;
using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Media.Router.Recording.Export;

/// <summary>What is wrong with a sealed track. Everything that was read before is genuine, whole and in its place.</summary>
public enum Flaw
{
    /// <summary>Nothing: it is whole.</summary>
    None,
    /// <summary>It ends without its last chunk: the node died, or somebody took the end away.</summary>
    Unfinished,
    /// <summary>It ends within a chunk.</summary>
    CutOff,
    /// <summary>A genuine chunk of this track, in another's place.</summary>
    OutOfOrder,
    /// <summary>A file or a chunk of another track or recording.</summary>
    Foreign,
    /// <summary>Bytes that were changed, or another key.</summary>
    Altered,
    /// <summary>Something follows the last chunk.</summary>
    Continued,
    /// <summary>No file of ours.</summary>
    NotARecording,
}

/// <summary>One record of a track. <paramref name="At"/> by the clock of the node that recorded it (µs).</summary>
internal readonly record struct TrackRecord(RecordKind Kind, long At, byte[] Packet, bool IsRepaired, SenderClock Clock, long Dropped);

/// <summary>Reads a sealed track from its beginning as far as it is good.</summary>
internal sealed class TrackReader : IDisposable
{
    readonly Stream _file;
    readonly AesGcm? _cipher;
    readonly byte[] _head = new byte[SealedChunks.HeadSize], _sealed = new byte[SealedChunks.Longest + SealedChunks.TagSize], _plain = new byte[SealedChunks.Longest];
    readonly byte[]? _first;
    uint _number;
    bool _isOver;

    /// <summary>Begins to read. A file that is not what was asked for has its flaw at once and no records.</summary>
    public TrackReader(Stream file, ReadOnlySpan<byte> key, in TrackName expected)
    {
        _file = file;
        var header = new byte[SealedChunks.HeaderSize];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !SealedChunks.TryReadHeader(header, out var name)) End(Flaw.NotARecording);
        else if (name != expected) End(Flaw.Foreign);
        else _cipher = SealedChunks.Cipher(key, header);
        Name = expected;
        _first = NextChunk();
        ReadOnlySpan<byte> rest = _first;
        if (TrackRecords.TryRead(ref rest, out var kind, out var record) && kind == RecordKind.Begin) Start = TrackRecords.ReadBegin(record);
        else if (Flaw == Flaw.None) End(Flaw.Altered);
    }

    public TrackName Name { get; }

    /// <summary>What it is; null where not even that can be read.</summary>
    public TrackStart? Start { get; }

    /// <summary>Known for good once all records were read.</summary>
    public Flaw Flaw { get; private set; }

    /// <summary>Chunks that were good so far.</summary>
    public uint Chunks => _number;

    /// <summary>What happened, in that order. To be read once.</summary>
    public IEnumerable<TrackRecord> Records()
    {
        for (var chunk = _first; chunk is not null; chunk = NextChunk())
            foreach (var record in Of(chunk)) yield return record;
    }

    public void Dispose()
    {
        _cipher?.Dispose();
        _file.Dispose();
    }

    static List<TrackRecord> Of(ReadOnlySpan<byte> chunk)
    {
        var records = new List<TrackRecord>();
        while (TrackRecords.TryRead(ref chunk, out var kind, out var record))
        {
            if (kind == RecordKind.Begin) continue;
            var packet = kind == RecordKind.Packet;
            records.Add(new TrackRecord(kind, BinaryPrimitives.ReadInt64BigEndian(record[1..]), packet ? record[TrackRecords.PacketHead..].ToArray() : [],
                packet && record[9] == TrackRecords.Repaired, kind == RecordKind.Clock ? TrackRecords.ReadClock(record) : default,
                kind == RecordKind.Dropped ? BinaryPrimitives.ReadUInt32BigEndian(record[17..]) : 0));
        }
        return records;
    }

    byte[]? NextChunk()
    {
        if (_isOver) return null;
        var got = _file.ReadAtLeast(_head, _head.Length, throwOnEndOfStream: false);
        if (got < _head.Length) return End(got == 0 ? Flaw.Unfinished : Flaw.CutOff);
        if (new Guid(_head.AsSpan(0, 16), bigEndian: true) != Name.Track) return End(Flaw.Foreign);
        var (number, size) = (BinaryPrimitives.ReadUInt32BigEndian(_head.AsSpan(16)), BinaryPrimitives.ReadUInt32BigEndian(_head.AsSpan(20)));
        var length = (int)(size & ~SealedChunks.Last);
        if (length > SealedChunks.Longest) return End(Flaw.Altered);
        var body = _sealed.AsSpan(0, length + SealedChunks.TagSize);
        if (_file.ReadAtLeast(body, body.Length, throwOnEndOfStream: false) < body.Length) return End(Flaw.CutOff);
        try
        {
            SealedChunks.Open(_cipher!, _head, body, _plain.AsSpan(0, length));
        }
        catch (AuthenticationTagMismatchException)
        {
            return End(Flaw.Altered);
        }
        if (number != _number) return End(Flaw.OutOfOrder);
        _number++;
        if ((size & SealedChunks.Last) != 0) End(_file.ReadByte() < 0 ? Flaw.None : Flaw.Continued);
        return _plain[..length];
    }

    byte[]? End(Flaw flaw)
    {
        (_isOver, Flaw) = (true, flaw);
        return null;
    }
}

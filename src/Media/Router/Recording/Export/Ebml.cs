using System.Buffers;
using System.Buffers.Binary;

namespace FirstRing.Media.Router.Recording.Export;

/// <summary>EBML elements (RFC 8794), as far as a Matroska file needs them (RFC 9559): each is an id, a length and its content.</summary>
internal sealed class Ebml
{
    readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What was written so far.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.WrittenMemory;

    public int Length => _bytes.WrittenCount;

    public void Clear() => _bytes.ResetWrittenCount();

    public Ebml Number(uint id, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        var from = 0;
        while (from < 7 && bytes[from] == 0) from++;
        return Binary(id, bytes[from..]);
    }

    public Ebml Real(uint id, double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        return Binary(id, bytes);
    }

    public Ebml Text(uint id, string value) => Binary(id, System.Text.Encoding.UTF8.GetBytes(value));

    public Ebml Element(uint id, Ebml content) => Binary(id, content.Bytes.Span);

    public Ebml Binary(uint id, ReadOnlySpan<byte> content)
    {
        Head(id, content.Length);
        _bytes.Write(content);
        return this;
    }

    /// <summary>A block of a cluster (RFC 9559 §10.3): the track's number, milliseconds since the cluster's beginning, and whether a player may begin here.</summary>
    public void SimpleBlock(int track, int milliseconds, bool isKey, ReadOnlySpan<byte> content)
    {
        Head(0xA3, 4 + content.Length);
        Span<byte> head = [(byte)(0x80 | track), 0, 0, (byte)(isKey ? 0x80 : 0)];
        BinaryPrimitives.WriteInt16BigEndian(head[1..], (short)milliseconds);
        _bytes.Write(head);
        _bytes.Write(content);
    }

    /// <summary>Id and length alone, for a content that follows in its own time; a negative length is one that is not known.</summary>
    public Ebml Head(uint id, long length)
    {
        Span<byte> bytes = stackalloc byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, id);
        // §5: an id has the marker of its length in itself.
        var from = id > 0xFF_FFFF ? 0 : id > 0xFFFF ? 1 : id > 0xFF ? 2 : 3;
        _bytes.Write(bytes[from..4]);
        // §4: always eight bytes; what is not known is all ones.
        BinaryPrimitives.WriteUInt64BigEndian(bytes, 0x0100_0000_0000_0000 | (length < 0 ? 0x00FF_FFFF_FFFF_FFFF : (ulong)length));
        _bytes.Write(bytes[..8]);
        return this;
    }
}

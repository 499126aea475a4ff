using System.Buffers.Binary;
using System.IO.Compression;

namespace FirstRing.Tests.Harness.Leaks;

/// <summary>
/// What lies packed in a run of bytes. gzip and zlib say so themselves, wherever they begin. Deflate and brotli do not: they are tried where a body may
/// begin, which is at the start, after the empty line of an HTTP message (and the size of its first chunk), and after the key of a file in Chromium's cache.
/// </summary>
public static class Unpacked
{
    const int Most = 8 << 20;
    const ulong CachedFile = 0xfcfb6d1ba7725c30;

    public static IEnumerable<byte[]> In(byte[] bytes, int length)
    {
        foreach (var at in Marked(bytes.AsSpan(0, length)))
            if ((bytes[at] == 0x1f ? Try(bytes, at, length, packed => new GZipStream(packed, CompressionMode.Decompress))
                : Try(bytes, at, length, packed => new ZLibStream(packed, CompressionMode.Decompress))) is { } plain) yield return plain;
        foreach (var at in Bodies(bytes.AsSpan(0, length)))
        {
            if (Try(bytes, at, length, packed => new BrotliStream(packed, CompressionMode.Decompress)) is { } brotli) yield return brotli;
            if (Try(bytes, at, length, packed => new DeflateStream(packed, CompressionMode.Decompress)) is { } deflated) yield return deflated;
        }
    }

    // RFC 1952 §2.3.1 (deflate is its only method), RFC 1950 §2.2 with the window of 32 KB that everyone uses.
    static List<int> Marked(ReadOnlySpan<byte> bytes)
    {
        var places = new List<int>();
        for (var at = 0; bytes[at..].IndexOfAny((byte)0x1f, (byte)0x78) is >= 0 and var next && at + next + 4 < bytes.Length; at++)
        {
            at += next;
            if (bytes[at] == 0x1f ? bytes[at + 1] == 0x8b && bytes[at + 2] == 8 : bytes[at + 1] is 0x01 or 0x5e or 0x9c or 0xda) places.Add(at);
        }
        return places;
    }

    static List<int> Bodies(ReadOnlySpan<byte> bytes)
    {
        var places = new List<int> { 0 };
        for (var at = 0; bytes[at..].IndexOf("\r\n\r\n"u8) is >= 0 and var next;)
        {
            at += next + 4;
            places.Add(at);
            var size = bytes[at..Math.Min(bytes.Length, at + 10)].IndexOf("\r\n"u8);
            if (size > 0) places.Add(at + size + 2);
        }
        if (bytes.Length > 24 && BinaryPrimitives.ReadUInt64LittleEndian(bytes) == CachedFile)
            places.Add(24 + (int)Math.Min(1 << 16, BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..])));
        return places;
    }

    // As far as it goes: what is cut off or followed by something else was still readable up to there.
    static byte[]? Try(byte[] bytes, int at, int length, Func<Stream, Stream> unpack)
    {
        if (at >= length) return null;
        using var packed = new MemoryStream(bytes, at, length - at);
        using var plain = new MemoryStream();
        var part = new byte[16 << 10];
        try
        {
            using var stream = unpack(packed);
            while (plain.Length < Most && stream.Read(part) is > 0 and var read) plain.Write(part, 0, read);
        }
        catch (Exception end) when (end is InvalidDataException or InvalidOperationException or IOException) { }
        return plain.Length >= 8 ? plain.ToArray() : null;
    }
}

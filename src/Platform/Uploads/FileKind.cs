using System.Buffers.Binary;

namespace FirstRing.Platform.Uploads;

/// <summary>What a file is by what it holds. <see cref="Jpeg"/>, <see cref="Png"/> and <see cref="WebP"/> are taken; the others are known so that a refusal can say why.</summary>
public enum FileKind { Unknown, Jpeg, Png, WebP, OtherPicture, Markup, Pdf, Archive, Program }

/// <summary>Tells files by their first bytes. Neither the name nor the declared type is asked.</summary>
public static class FileKinds
{
    static readonly (FileKind Kind, byte[] Magic)[] Known =
    [
        (FileKind.Jpeg, [0xFF, 0xD8, 0xFF]),
        (FileKind.Png, [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]),
        (FileKind.OtherPicture, "GIF8"u8.ToArray()),
        (FileKind.OtherPicture, "BM"u8.ToArray()),
        (FileKind.OtherPicture, "II*\0"u8.ToArray()),
        (FileKind.OtherPicture, "MM\0*"u8.ToArray()),
        (FileKind.Pdf, "%PDF-"u8.ToArray()),
        (FileKind.Archive, "PK\u0003\u0004"u8.ToArray()), // ZIP, and so DOCX, ODT, JAR, APK
        (FileKind.Archive, "PK\u0005\u0006"u8.ToArray()),
        (FileKind.Archive, [0x1F, 0x8B]), // gzip
        (FileKind.Archive, [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C]),
        (FileKind.Archive, "Rar!\u001A\u0007"u8.ToArray()),
        (FileKind.Archive, "BZh"u8.ToArray()),
        (FileKind.Archive, [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0x00]),
        (FileKind.Archive, [0x28, 0xB5, 0x2F, 0xFD]), // Zstandard
        (FileKind.Program, "MZ"u8.ToArray()),
        (FileKind.Program, [0x7F, (byte)'E', (byte)'L', (byte)'F']),
        (FileKind.Program, "#!"u8.ToArray()),
    ];

    public static FileKind Of(ReadOnlySpan<byte> content)
    {
        foreach (var (kind, magic) in Known)
            if (content.StartsWith(magic)) return kind;
        if (content.Length >= 16 && content.StartsWith("RIFF"u8) && content[8..12].SequenceEqual("WEBP"u8)) return FileKind.WebP;
        if (content.Length >= 12 && content[4..8].SequenceEqual("ftyp"u8)) return FileKind.OtherPicture; // ISO media: HEIC and AVIF, and films
        if (content.Length >= 262 && content[257..262].SequenceEqual("ustar"u8)) return FileKind.Archive;
        return IsMarkup(content) ? FileKind.Markup : FileKind.Unknown;
    }

    /// <summary>The ending that a file of this kind is given, and its media type.</summary>
    public static (string Ending, string MediaType) Words(this FileKind kind) => kind switch
    {
        FileKind.Jpeg => (".jpg", "image/jpeg"),
        FileKind.Png => (".png", "image/png"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such file is kept."),
    };

    static ReadOnlySpan<byte> Blank => [0xEF, 0xBB, 0xBF, 0xFE, 0xFF, (byte)' ', (byte)'\t', (byte)'\r', (byte)'\n', 0];

    // SVG, HTML and XML in UTF-8 or UTF-16, behind whatever white space and byte order mark.
    static bool IsMarkup(ReadOnlySpan<byte> content)
    {
        var at = content[..Math.Min(content.Length, 512)].IndexOfAnyExcept(Blank);
        return at >= 0 && content[at] == '<';
    }

    /// <summary>Width and height as a PNG's or WebP's or JPEG's own header says them, before anything is decoded; null where it says none that make sense.</summary>
    public static (int Width, int Height)? SizeOf(FileKind kind, ReadOnlySpan<byte> content) => kind switch
    {
        FileKind.Png when content.Length >= 33 && content[12..16].SequenceEqual("IHDR"u8) && BinaryPrimitives.ReadUInt32BigEndian(content[8..]) == 13 =>
            Whole(BinaryPrimitives.ReadUInt32BigEndian(content[16..]), BinaryPrimitives.ReadUInt32BigEndian(content[20..])),
        FileKind.WebP when content.Length >= 30 => WebP(content[12..]),
        FileKind.Jpeg => JpegHeader.Read(content),
        _ => null,
    };

    // RFC 9649 §2.5–2.7: a plain, a lossless, or an extended file begins with its size.
    static (int, int)? WebP(ReadOnlySpan<byte> chunk)
    {
        if (chunk.StartsWith("VP8X"u8)) return Whole(1 + U24(chunk[12..]), 1 + U24(chunk[15..]));
        if (chunk.StartsWith("VP8L"u8) && chunk[8] == 0x2F)
            return BinaryPrimitives.ReadUInt32LittleEndian(chunk[9..]) is var bits ? Whole(1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF)) : null;
        if (chunk.StartsWith("VP8 "u8) && chunk[11..14].SequenceEqual((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]))
            return Whole(BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]) & 0x3FFFu, BinaryPrimitives.ReadUInt16LittleEndian(chunk[16..]) & 0x3FFFu);
        return null;
    }

    static uint U24(ReadOnlySpan<byte> at) => (uint)(at[0] | at[1] << 8 | at[2] << 16);
    static (int, int)? Whole(uint width, uint height) => width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue ? ((int)width, (int)height) : null;
}

using System.Buffers.Binary;
using System.Text;
using SkiaSharp;

namespace FirstRing.Tests.Harness;

/// <summary>Files as people send them, and as nobody should.</summary>
public static class PlantedFiles
{
    /// <summary>The harmless file that every scanner knows (EICAR), kept as base64 so that nothing takes this source for it.</summary>
    public static byte[] Eicar { get; } = Convert.FromBase64String("WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo=");

    public static byte[] Script { get; } = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"u8.ToArray();

    /// <summary>White, with a red field in the upper left.</summary>
    public static byte[] Photo(SKEncodedImageFormat format = SKEncodedImageFormat.Jpeg, int width = 64, int height = 48)
    {
        using var surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        surface.Canvas.Clear(SKColors.White);
        using var red = new SKPaint { Color = SKColors.Red };
        surface.Canvas.DrawRect(0, 0, width / 2f, height / 2f, red);
        using var image = surface.Snapshot();
        using var data = image.Encode(format, 95);
        return data.ToArray();
    }

    /// <summary>A JPEG whose Exif says a place and <paramref name="words"/>, and whose comment and XMP say the words too. <paramref name="orientation"/>: as the camera was held.</summary>
    public static byte[] PhotoThatTells(string words, ushort orientation = 1, byte[]? photo = null)
    {
        var jpeg = photo ?? Photo();
        return [.. jpeg[..2], .. Segment(0xE1, [.. "Exif\0\0"u8, .. Tiff(words, orientation)]), .. Segment(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Encoding.UTF8.GetBytes($"<x>{words}</x>")]),
            .. Segment(0xFE, Encoding.UTF8.GetBytes(words)), .. jpeg[2..]];
    }

    /// <summary>A PNG with the words in a text chunk.</summary>
    public static byte[] ScreenshotThatTells(string words)
    {
        var png = Photo(SKEncodedImageFormat.Png);
        return [.. png[..33], .. Chunk("tEXt", Encoding.UTF8.GetBytes($"Comment\0{words}")), .. png[33..]];
    }

    /// <summary>A PNG that says that it is so large, and holds next to nothing.</summary>
    public static byte[] PngThatClaims(uint width, uint height)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        return [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR", header), .. Chunk("IDAT", [0x78, 0x9C, 0x63, 0, 0, 0, 1, 0, 1]), .. Chunk("IEND", [])];
    }

    /// <summary>A JPEG whose pixels are gone over so often, a few bytes each time.</summary>
    public static byte[] JpegOfScans(int scans) =>
        [.. Photo()[..^2], .. Enumerable.Repeat<byte[]>([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0x3F, 0, 0x12], scans - 1).SelectMany(scan => scan), 0xFF, 0xD9];

    /// <summary>A ZIP with one entry, behind whatever comes first.</summary>
    public static byte[] WithArchive(byte[] first, string words)
    {
        using var zip = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(zip, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = archive.CreateEntry("../../etc/passwd", System.IO.Compression.CompressionLevel.NoCompression).Open())
            entry.Write(Encoding.UTF8.GetBytes(words));
        return [.. first, .. zip.ToArray()];
    }

    public static bool Holds(byte[] content, string words) => content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(words)) >= 0;

    static byte[] Segment(byte marker, byte[] content) => [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    // IFD0: description, orientation, place; the place's own directory: north.
    static byte[] Tiff(string words, ushort orientation)
    {
        var text = Encoding.UTF8.GetBytes(words + "\0");
        const int directory = 8, entries = 3, place = directory + 2 + entries * 12 + 4, placeSize = 2 + 12 + 4;
        return [.. "II*\0"u8, .. U32(directory), .. U16(entries), .. Entry(0x010E, 2, (uint)text.Length, U32(place + placeSize)), .. Entry(0x0112, 3, 1, [.. U16(orientation), 0, 0]),
            .. Entry(0x8825, 4, 1, U32(place)), .. U32(0), .. U16(1), .. Entry(0x0001, 2, 2, [(byte)'N', 0, 0, 0]), .. U32(0), .. text];
    }

    static byte[] Entry(ushort tag, ushort type, uint count, byte[] value) => [.. U16(tag), .. U16(type), .. U32(count), .. value];
    static byte[] U16(ushort value) => [(byte)value, (byte)(value >> 8)];
    static byte[] U32(uint value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];

    static byte[] Chunk(string type, byte[] content)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. content];
        var (length, check) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(check, Crc(body));
        return [.. length, .. body, .. check];
    }

    // PNG §D.1.
    static uint Crc(byte[] body)
    {
        var crc = uint.MaxValue;
        foreach (var each in body)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }
}

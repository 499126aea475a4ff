using System.Buffers.Binary;

namespace FirstRing.Platform.Uploads;

/// <summary>Reads a JPEG's frame header (ITU-T T.81 §B.2.2) and counts its scans, without decoding anything.</summary>
static class JpegHeader
{
    // A progressive picture has about ten. Each costs a walk over all of its pixels, however few bytes it has.
    const int MostScans = 40;

    const byte Sos = 0xDA, Eoi = 0xD9;

    /// <summary>Width and height; null where there is not exactly one frame, or more scans than a camera or program would write.</summary>
    public static (int Width, int Height)? Read(ReadOnlySpan<byte> content)
    {
        (int, int)? size = null;
        var scans = 0;
        for (var at = 2; Next(content, ref at) is { } marker && marker != Eoi;)
        {
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8)) continue; // stand alone
            if (at + 2 > content.Length) break;
            var length = BinaryPrimitives.ReadUInt16BigEndian(content[at..]);
            if (length < 2 || at + length > content.Length) break;
            if (IsFrame(marker))
            {
                if (size is not null || length < 8) return null;
                var (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(content[(at + 3)..]), BinaryPrimitives.ReadUInt16BigEndian(content[(at + 5)..]));
                if (width == 0 || height == 0) return null;
                size = (width, height);
            }
            if (marker == Sos && ++scans > MostScans) return null;
            at += length;
        }
        return scans > 0 ? size : null;
    }

    static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    // The next marker, over fill bytes and entropy-coded data (where FF 00 is data); null at the end.
    static byte? Next(ReadOnlySpan<byte> content, ref int at)
    {
        while (at < content.Length)
        {
            var next = content[at..].IndexOf((byte)0xFF);
            if (next < 0) break;
            at += next + 1;
            while (at < content.Length && content[at] == 0xFF) at++;
            if (at < content.Length && content[at++] is var marker and not 0) return marker;
        }
        at = content.Length;
        return null;
    }
}

using System.Buffers.Binary;
using FirstRing.Media.Rtc.Codecs;

namespace FirstRing.Media.Router.Recording.Export;

/// <summary>How large a VP8 keyframe is (RFC 6386 §9.1).</summary>
internal static class Vp8Size
{
    /// <summary>From the first packet of one; false for any other.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out (int Width, int Height) size)
    {
        size = default;
        if (!Vp8Descriptor.TryRead(payload, out var descriptor) || !descriptor.IsKeyFrame) return false;
        var picture = payload[descriptor.Length..];
        if (picture.Length < 10 || !picture[3..6].SequenceEqual((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A])) return false;
        size = (BinaryPrimitives.ReadUInt16LittleEndian(picture[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(picture[8..]) & 0x3FFF);
        return size is { Width: > 0, Height: > 0 };
    }
}

using FirstRing.Media.Rtc.Codecs;

namespace FirstRing.Fuzz.Parsers.Targets;

static class Vp8Target
{
    internal static void Run(byte[] bytes)
    {
        if (!Vp8Descriptor.TryRead(bytes, out var descriptor)) return;
        Must.Hold(descriptor.Length is >= 1 and <= 6 && descriptor.Length < bytes.Length);
        var copy = (byte[])bytes.Clone();
        descriptor.Rewrite(copy, 0x1234, 0x56);
        Must.Hold(copy.AsSpan(descriptor.Length).SequenceEqual(bytes.AsSpan(descriptor.Length)));
        Must.Hold(Vp8Descriptor.TryRead(copy, out var again) && again.Length == descriptor.Length && again.IsKeyFrame == descriptor.IsKeyFrame);
        Must.Hold(again.Tl0PictureIndex == (descriptor.Tl0PictureIndex < 0 ? -1 : 0x56));
    }
}

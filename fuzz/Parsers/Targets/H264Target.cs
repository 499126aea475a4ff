using FirstRing.Media.Rtc.Codecs;

namespace FirstRing.Fuzz.Parsers.Targets;

static class H264Target
{
    internal static void Run(byte[] bytes)
    {
        var key = H264.IsKeyFrame(bytes);
        // More bytes behind cannot unmake a keyframe.
        if (key) Must.Hold(H264.IsKeyFrame([.. bytes, 0]));
    }
}

using FirstRing.Media.Rtc.Codecs;

namespace FirstRing.Fuzz.Parsers.Targets;

// The newest sound is found inside or not at all; and put behind another, it is found again.
static class RedTarget
{
    internal static void Run(byte[] bytes)
    {
        if (!Red.TryFindPrimary(bytes, out var at, out var type)) return;
        Must.Hold(at > 0 && at < bytes.Length && type is >= 0 and < 128);
        Span<Red.Earlier> repeated = stackalloc Red.Earlier[8];
        foreach (var one in repeated[..Red.FindEarlier(bytes, repeated)]) Must.Hold(one.At > 0 && one.At + one.Length <= at);
        var earlier = bytes.AsSpan(0, int.Min(at, 500));
        var newest = bytes.AsSpan(at);
        var to = new byte[bytes.Length + 600];
        var length = Red.Write(to, type, earlier, 960, newest);
        Must.Hold(length == Red.LengthBefore(earlier.Length) + newest.Length);
        Must.Hold(Red.TryFindPrimary(to.AsSpan(0, length), out var again, out var same) && same == type && to.AsSpan(again..length).SequenceEqual(newest));
    }
}

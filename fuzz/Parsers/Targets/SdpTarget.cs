using System.Text;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Fuzz.Parsers.Targets;

static class SdpTarget
{
    internal static void Run(byte[] bytes)
    {
        if (SdpAnswer.TryRead(Encoding.Latin1.GetString(bytes), out var answer, out var error))
        {
            Must.Hold(error is null && answer.Fingerprint.Length == 32 && answer.Media.Count <= 32);
            foreach (var media in answer.Media) Must.Hold(ReferenceEquals(answer.Find(media.Mid), media));
        }
        else
        {
            Must.Hold(error.StartsWith("sdp-", StringComparison.Ordinal));
        }
    }
}

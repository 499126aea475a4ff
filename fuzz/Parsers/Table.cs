using FirstRing.Fuzz.Parsers.Targets;

namespace FirstRing.Fuzz.Parsers;

// Every parser that reads bytes of strangers, one target each. A target throws when its parser misbehaves; returning means survived.
static class Table
{
    static readonly Dictionary<string, Action<byte[]>> Targets = new()
    {
        ["stun"] = StunTarget.Run,
        ["frames"] = FramesTarget.Run,
        ["rtp"] = RtpTarget.Run,
        ["rtcp"] = RtcpTarget.Run,
        ["twcc"] = TwccTarget.Run,
        ["sdp"] = SdpTarget.Run,
        ["vp8"] = Vp8Target.Run,
        ["h264"] = H264Target.Run,
        ["red"] = RedTarget.Run,
        ["srtp"] = SrtpTarget.Run,
        ["turn"] = TurnTarget.Run,
        ["dtls"] = DtlsTarget.Run,
    };

    internal static IEnumerable<string> Names => Targets.Keys;

    internal static Action<byte[]>? Find(string name) => Targets.GetValueOrDefault(name);
}

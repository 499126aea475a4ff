using System.Text;
using CsCheck;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Tests.Rtc.Sdp;

public sealed class SdpAnswerTests
{
    // What Chromium 156 answers to our offer: microphone and camera on, screen not yet shared.
    static readonly string Chromium = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Sdp", "chromium-156-answer.sdp"));

    static string Minimal(string session = "", string media = "") =>
        $"v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:{new string('p', 22)}\r\na=setup:active\r\n"
        + $"a=fingerprint:sha-256 {string.Join(':', Enumerable.Repeat("aB", 32))}\r\n{session}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:mic\r\n{media}";

    [Fact]
    public void The_answer_of_a_browser_is_read()
    {
        Assert.True(SdpAnswer.TryRead(Chromium, out var answer, out _));
        Assert.Equal((SdpSetup.Active, 32), (answer.Setup, answer.Fingerprint.Length));
        Assert.Contains($"a=ice-ufrag:{answer.Ufrag}\n", Chromium.ReplaceLineEndings("\n"));
        Assert.Contains($"a=ice-pwd:{answer.Password}\n", Chromium.ReplaceLineEndings("\n"));
        Assert.Equal(14, answer.Media.Count);

        var camera = answer.Find("cam");
        Assert.NotNull(camera);
        Assert.Equal((SdpDirection.SendOnly, false, false), (camera.Direction, camera.IsAudio, camera.IsRejected));
        Assert.Equal([(96, "VP8", ""), (97, "rtx", "apt=96"), (102, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
            (103, "rtx", "apt=102")], camera.Codecs.Select(c => (c.PayloadType, c.Name, c.Parameters)));
        Assert.Equal([(2, MediaUri(2)), (3, MediaUri(3)), (1, MediaUri(1))], camera.Extensions.Select(e => (e.Id, e.Uri)));
        Assert.Equal(camera.Ssrcs, [camera.Repairs[0].Ssrc, camera.Repairs[0].RtxSsrc]);
        Assert.NotNull(camera.Cname);
        Assert.Equal(camera.Cname, answer.Find("mic")!.Cname);
        foreach (var mid in (string[])["a0", "v4", "s0"])
            Assert.Equal((SdpDirection.ReceiveOnly, 0), (answer.Find(mid)!.Direction, answer.Find(mid)!.Ssrcs.Count));
        Assert.Null(answer.Find("nobody"));
    }

    static string MediaUri(int id) => SdpOfferTests.Offer().Write().Split("\r\n").First(l => l.StartsWith($"a=extmap:{id} ", StringComparison.Ordinal))[11..];

    [Fact]
    public void A_refused_section_is_kept_and_marked()
    {
        Assert.True(SdpAnswer.TryRead(Minimal(media: "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:cam\r\na=inactive\r\n"), out var answer, out _));
        Assert.Equal((false, SdpDirection.SendReceive), (answer.Find("mic")!.IsRejected, answer.Find("mic")!.Direction));
        Assert.Equal((true, SdpDirection.Inactive), (answer.Find("cam")!.IsRejected, answer.Find("cam")!.Direction));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { SdpError.BadLine, "" },
        { SdpError.BadLine, "o=- 1 2\r\n" + Minimal() },
        { SdpError.BadLine, Minimal("nonsense\r\n") },
        { SdpError.BadLine, Minimal("a=x\0y\r\n") },
        { SdpError.TooLarge, Minimal() + new string('\n', 65_536) },
        { SdpError.LineTooLong, Minimal($"a={new string('x', 2_048)}\r\n") },
        { SdpError.TooMany, Minimal(media: string.Concat(Enumerable.Range(0, 32).Select(i => $"m=video 9 X 96\r\na=mid:{i}\r\n"))) },
        { SdpError.TooMany, Minimal(media: string.Concat(Enumerable.Range(0, 65).Select(i => $"a=ssrc:{i} x\r\n"))) },
        { SdpError.TooMany, Minimal(media: string.Concat(Enumerable.Range(1, 65).Select(i => $"a=extmap:{i} urn:x\r\n"))) },
        { SdpError.BadMedia, Minimal(media: "m=video x y 96\r\n") },
        { SdpError.BadMedia, Minimal(media: "m=video 9 X 128\r\n") },
        { SdpError.BadMedia, Minimal(media: "m=video 9\r\n") },
        { SdpError.BadMid, Minimal(media: "m=video 9 X 96\r\n") },
        { SdpError.BadMid, Minimal(media: "m=video 9 X 96\r\na=mid:mic\r\n") },
        { SdpError.BadMid, Minimal(media: "a=mid:twice\r\n") },
        { SdpError.BadMid, Minimal(media: "m=video 9 X 96\r\na=mid:has space\r\n") },
        { SdpError.BadAttribute, Minimal(media: "a=rtpmap:x opus/48000\r\n") },
        { SdpError.BadAttribute, Minimal(media: "a=rtpmap:111 opus\r\n") },
        { SdpError.BadAttribute, Minimal(media: "a=ssrc:4294967296 cname:x\r\n") },
        { SdpError.BadAttribute, Minimal(media: "a=ssrc-group:FID 1\r\n") },
        { SdpError.BadAttribute, Minimal(media: "a=extmap:0 urn:x\r\n") },
        { SdpError.NoIce, Minimal().Replace("a=ice-ufrag:abcd\r\n", "") },
        { SdpError.NoIce, Minimal().Replace("a=ice-pwd", "a=other") },
        { SdpError.BadIce, Minimal().Replace("abcd", "abc") },
        { SdpError.BadIce, Minimal().Replace("abcd", "ab-d") },
        { SdpError.BadIce, Minimal(media: "a=ice-ufrag:other\r\n") },
        { SdpError.NoFingerprint, Minimal().Replace("sha-256", "sha-1") },
        { SdpError.BadFingerprint, Minimal().Replace("aB:aB:aB:aB", "aB:aB:aB") },
        { SdpError.BadFingerprint, Minimal().Replace("aB:aB:aB:aB", "aB:aB:aBxaB") },
        { SdpError.BadFingerprint, Minimal(media: $"a=fingerprint:sha-256 {string.Join(':', Enumerable.Repeat("AC", 32))}\r\n") },
        { SdpError.BadSetup, Minimal().Replace("a=setup:active\r\n", "") },
        { SdpError.BadSetup, Minimal().Replace("a=setup:active", "a=setup:actpass") },
        { SdpError.BadSetup, Minimal(media: "a=setup:passive\r\n") },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_wrong_has_a_stable_code(string code, string sdp)
    {
        Assert.True(SdpAnswer.TryRead(Minimal(), out _, out _));
        Assert.False(SdpAnswer.TryRead(sdp, out var answer, out var error));
        Assert.Null(answer);
        Assert.Equal(code, error);
    }

    [Fact]
    public void Any_text_is_survived()
    {
        Gen.String.Sample(text => SdpAnswer.TryRead(text, out _, out var error) == (error is null));
        Gen.Select(Gen.Int[0, Chromium.Length - 1], Gen.Int[0, 200], Gen.String[0, 20]).Sample((at, cut, text) =>
        {
            var damaged = new StringBuilder(Chromium).Remove(at, Math.Min(cut, Chromium.Length - at)).Insert(at, text).ToString();
            return SdpAnswer.TryRead(damaged, out var answer, out var error) ? answer is not null : error!.StartsWith("sdp-", StringComparison.Ordinal);
        }, iter: 300);
    }
}

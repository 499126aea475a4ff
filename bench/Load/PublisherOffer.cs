using System.Text;
using FirstRing.Media.Rtc.Rtp.Extensions;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Bench.Load;

/// <summary>The offer of a page that sends a microphone and a camera to a server that waits for offers. It says the same of both as an answer to ours does.</summary>
internal static class PublisherOffer
{
    private const int HostPriority = 2_130_706_431;

    public static string Write(string ufrag, string password, string fingerprint, uint address, int port, uint audioSsrc, uint videoSsrc)
    {
        var sdp = new StringBuilder();
        void Line(string text) => sdp.Append(text).Append("\r\n");
        void Section(string media, string mid, uint ssrc)
        {
            Line($"m={media}");
            Line("c=IN IP4 0.0.0.0");
            Line("a=ice-ufrag:" + ufrag);
            Line("a=ice-pwd:" + password);
            Line("a=fingerprint:sha-256 " + fingerprint);
            Line("a=setup:active");
            Line("a=mid:" + mid);
            Line("a=sendonly");
            Line("a=rtcp-mux");
            Line("a=rtcp-rsize");
            Line($"a=msid:- {mid}");
            Line($"a=ssrc:{ssrc} cname:load");
            Line($"a=candidate:1 1 udp {HostPriority} {address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255} {port} typ host");
            Line("a=end-of-candidates");
            Line($"a=extmap:{MediaLayout.MidExtension} {Mid.Uri}");
            Line($"a=extmap:{MediaLayout.AbsSendTimeExtension} {AbsSendTime.Uri}");
            Line($"a=extmap:{MediaLayout.TransportSequenceExtension} {TransportSequence.Uri}");
        }
        Line("v=0");
        Line("o=- 4611731400430051336 2 IN IP4 127.0.0.1");
        Line("s=-");
        Line("t=0 0");
        Line($"a=group:BUNDLE {MediaLayout.MicrophoneMid} {MediaLayout.CameraMid}");
        Line("a=msid-semantic: WMS");
        Section($"audio 9 UDP/TLS/RTP/SAVPF {MediaLayout.OpusPayload}", MediaLayout.MicrophoneMid, audioSsrc);
        Line($"a=extmap:{MediaLayout.AudioLevelExtension} {AudioLevel.Uri}");
        Line($"a=rtpmap:{MediaLayout.OpusPayload} opus/48000/2");
        Line($"a=fmtp:{MediaLayout.OpusPayload} minptime=10;useinbandfec=1");
        Line($"a=rtcp-fb:{MediaLayout.OpusPayload} transport-cc");
        Section($"video 9 UDP/TLS/RTP/SAVPF {MediaLayout.Vp8Payload} {MediaLayout.Vp8RtxPayload}", MediaLayout.CameraMid, videoSsrc);
        Line($"a=rtpmap:{MediaLayout.Vp8Payload} VP8/{MediaLayout.VideoClockRate}");
        foreach (var feedback in (string[])["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"])
        {
            Line($"a=rtcp-fb:{MediaLayout.Vp8Payload} {feedback}");
        }
        Line($"a=rtpmap:{MediaLayout.Vp8RtxPayload} rtx/{MediaLayout.VideoClockRate}");
        Line($"a=fmtp:{MediaLayout.Vp8RtxPayload} apt={MediaLayout.Vp8Payload}");
        return sdp.ToString();
    }
}

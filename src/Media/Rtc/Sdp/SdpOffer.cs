using System.Text;
using FirstRing.Media.Rtc.Rtp.Extensions;

namespace FirstRing.Media.Rtc.Sdp;

/// <summary>
/// Writes the one offer a participant ever gets from a node: every m-line of docs/signaling.md, "The offer". ICE and DTLS attributes stand at
/// session level (RFC 8839 §5, RFC 8842 §5.1), candidates in the first m-section, which carries the BUNDLE.
/// </summary>
public sealed record SdpOffer
{
    /// <summary>A number for the o= line, below 2^63.</summary>
    public required ulong Id { get; init; }
    /// <summary>ICE user name fragment.</summary>
    public required string Ufrag { get; init; }
    /// <summary>ICE password.</summary>
    public required string Password { get; init; }
    /// <summary>SHA-256 of the server's certificate, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> Fingerprint { get; init; }
    /// <summary>Where the server listens, best first.</summary>
    public required IReadOnlyList<SdpCandidate> Candidates { get; init; }
    /// <summary>CNAME of all slot streams.</summary>
    public string Cname { get; init; } = "firstring";

    static readonly string[] VideoFeedback = ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"];

    /// <summary>The SDP, lines ended by CRLF.</summary>
    public string Write()
    {
        var sdp = new StringBuilder(8192);
        Line(sdp, "v=0");
        Line(sdp, $"o=- {Id} 1 IN IP4 127.0.0.1");
        Line(sdp, "s=-");
        Line(sdp, "t=0 0");
        sdp.Append("a=group:BUNDLE mic cam scr");
        foreach (var kind in (ReadOnlySpan<MediaKind>)[MediaKind.Audio, MediaKind.Video])
            for (var slot = 0; slot < MediaLayout.Slots; slot++)
                sdp.Append(' ').Append(MediaLayout.MidOf(kind, slot));
        Line(sdp, $" {MediaLayout.ScreenSlotMid}");
        Line(sdp, "a=ice-lite");
        Line(sdp, $"a=ice-ufrag:{Ufrag}");
        Line(sdp, $"a=ice-pwd:{Password}");
        Line(sdp, $"a=fingerprint:sha-256 {BitConverter.ToString(Fingerprint.ToArray()).Replace('-', ':')}");
        Line(sdp, "a=setup:actpass");
        Line(sdp, "a=msid-semantic:WMS *");

        Source(sdp, MediaLayout.MicrophoneMid, audio: true, Candidates);
        Source(sdp, MediaLayout.CameraMid, audio: false, []);
        Sizes(sdp);
        Source(sdp, MediaLayout.ScreenMid, audio: false, []);
        for (var slot = 0; slot < MediaLayout.Slots; slot++) AudioSlot(sdp, slot);
        for (var slot = 0; slot < MediaLayout.Slots; slot++)
            VideoSlot(sdp, MediaLayout.MidOf(MediaKind.Video, slot), $"p{slot}", MediaLayout.VideoSsrc(slot), MediaLayout.VideoRtxSsrc(slot));
        VideoSlot(sdp, MediaLayout.ScreenSlotMid, "screen", MediaLayout.ScreenSsrc, MediaLayout.ScreenRtxSsrc);
        return sdp.ToString();
    }

    static void Source(StringBuilder sdp, string mid, bool audio, IReadOnlyList<SdpCandidate> candidates)
    {
        Section(sdp, mid, audio, "recvonly");
        Line(sdp, $"a=extmap:{MediaLayout.MidExtension} {Mid.Uri}");
        for (var i = 0; i < candidates.Count; i++)
        {
            var (address, port, protocol) = candidates[i];
            // RFC 8445 §5.1.2.1: type preference 126 for host, then our own order, component 1. TCP stays behind UDP (RFC 6544 §4.2).
            var local = protocol == CandidateProtocol.Udp ? 0xFFFF - i : 0x7FFF - i;
            var priority = 126L << 24 | (long)local << 8 | 255;
            var kind = protocol == CandidateProtocol.Udp ? "udp" : "tcp";
            var tail = protocol == CandidateProtocol.Udp ? "" : " tcptype passive";
            Line(sdp, $"a=candidate:{i + 1} 1 {kind} {priority} {address} {port} typ host{tail}");
        }
        if (candidates.Count > 0) Line(sdp, "a=end-of-candidates");
    }

    // What the page may send its camera as, smallest first (RFC 8853 §5.1). Who knows nothing of it sends one stream.
    static void Sizes(StringBuilder sdp)
    {
        Line(sdp, $"a=extmap:{MediaLayout.RidExtension} {Rid.Uri}");
        Line(sdp, $"a=extmap:{MediaLayout.RepairedRidExtension} {Rid.RepairedUri}");
        foreach (var rid in MediaLayout.Rids) Line(sdp, $"a=rid:{rid} recv");
        Line(sdp, $"a=simulcast:recv {string.Join(';', MediaLayout.Rids.ToCharArray())}");
    }

    void AudioSlot(StringBuilder sdp, int slot)
    {
        var mid = MediaLayout.MidOf(MediaKind.Audio, slot);
        Section(sdp, mid, audio: true, "sendonly");
        // Audio and video of a slot share a stream, so that the browser keeps lips and voice together.
        Line(sdp, $"a=msid:p{slot} {mid}");
        Line(sdp, $"a=ssrc:{MediaLayout.AudioSsrc(slot)} cname:{Cname}");
    }

    void VideoSlot(StringBuilder sdp, string mid, string stream, uint ssrc, uint rtx)
    {
        Section(sdp, mid, audio: false, "sendonly");
        Line(sdp, $"a=msid:{stream} {mid}");
        Line(sdp, $"a=ssrc-group:FID {ssrc} {rtx}");
        Line(sdp, $"a=ssrc:{ssrc} cname:{Cname}");
        Line(sdp, $"a=ssrc:{rtx} cname:{Cname}");
    }

    static void Section(StringBuilder sdp, string mid, bool audio, string direction)
    {
        if (audio) Line(sdp, $"m=audio 9 UDP/TLS/RTP/SAVPF {MediaLayout.RedPayload} {MediaLayout.OpusPayload}");
        else
            Line(sdp, $"m=video 9 UDP/TLS/RTP/SAVPF {MediaLayout.Vp8Payload} {MediaLayout.Vp8RtxPayload} {MediaLayout.H264Payload} {MediaLayout.H264RtxPayload}");
        Line(sdp, "c=IN IP4 0.0.0.0");
        Line(sdp, $"a=mid:{mid}");
        Line(sdp, $"a={direction}");
        Line(sdp, "a=rtcp-mux");
        Line(sdp, "a=rtcp-rsize");
        if (audio) AudioCodec(sdp);
        else
        {
            VideoCodec(sdp, "VP8", MediaLayout.Vp8Payload, MediaLayout.Vp8RtxPayload, "");
            VideoCodec(sdp, "H264", MediaLayout.H264Payload, MediaLayout.H264RtxPayload, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");
        }
        Line(sdp, $"a=extmap:{MediaLayout.AbsSendTimeExtension} {AbsSendTime.Uri}");
        Line(sdp, $"a=extmap:{MediaLayout.TransportSequenceExtension} {TransportSequence.Uri}");
        if (audio) Line(sdp, $"a=extmap:{MediaLayout.AudioLevelExtension} {AudioLevel.Uri}");
    }

    static void AudioCodec(StringBuilder sdp)
    {
        // First, so that a page that can repeats its sound: at 10 % loss most of what is lost stands in the next packet.
        Line(sdp, $"a=rtpmap:{MediaLayout.RedPayload} red/48000/2");
        Line(sdp, $"a=fmtp:{MediaLayout.RedPayload} {MediaLayout.OpusPayload}/{MediaLayout.OpusPayload}");
        Line(sdp, $"a=rtpmap:{MediaLayout.OpusPayload} opus/48000/2");
        Line(sdp, $"a=fmtp:{MediaLayout.OpusPayload} minptime=10;useinbandfec=1");
        Line(sdp, $"a=rtcp-fb:{MediaLayout.OpusPayload} transport-cc");
    }

    static void VideoCodec(StringBuilder sdp, string name, int payloadType, int rtx, string parameters)
    {
        Line(sdp, $"a=rtpmap:{payloadType} {name}/{MediaLayout.VideoClockRate}");
        if (parameters.Length > 0) Line(sdp, $"a=fmtp:{payloadType} {parameters}");
        foreach (var feedback in VideoFeedback) Line(sdp, $"a=rtcp-fb:{payloadType} {feedback}");
        Line(sdp, $"a=rtpmap:{rtx} rtx/{MediaLayout.VideoClockRate}");
        Line(sdp, $"a=fmtp:{rtx} apt={payloadType}");
    }

    static void Line(StringBuilder sdp, string text) => sdp.Append(text).Append("\r\n");
}

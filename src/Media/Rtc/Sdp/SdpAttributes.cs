using System.Globalization;

namespace FirstRing.Media.Rtc.Sdp;

// The attributes of one section that we care about; others are skipped.
static class SdpAttributes
{
    internal const int MaxPerSection = 64;

    internal static string? Read(SdpMedia media, ReadOnlySpan<char> name, ReadOnlySpan<char> value) => name switch
    {
        "mid" => Mid(media, value),
        "sendrecv" => Turn(media, SdpDirection.SendReceive),
        "sendonly" => Turn(media, SdpDirection.SendOnly),
        "recvonly" => Turn(media, SdpDirection.ReceiveOnly),
        "inactive" => Turn(media, SdpDirection.Inactive),
        "rtpmap" => RtpMap(media, value),
        "fmtp" => Parameters(media, value),
        "ssrc" => Ssrc(media, value),
        "ssrc-group" => Group(media, value),
        "extmap" => Extension(media, value),
        _ => null,
    };

    static string? Turn(SdpMedia media, SdpDirection direction)
    {
        media.Direction = direction;
        return null;
    }

    static string? Mid(SdpMedia media, ReadOnlySpan<char> value)
    {
        if (media.Mid.Length > 0 || value.Length is 0 or > 16 || value.ContainsAnyExceptInRange('!', '~')) return SdpError.BadMid;
        media.Mid = value.ToString();
        return null;
    }

    // <payload type> <name>/<clock rate>[/<channels>]
    static string? RtpMap(SdpMedia media, ReadOnlySpan<char> value)
    {
        if (!SdpText.TryPayloadType(SdpText.Word(ref value), out var type)) return SdpError.BadAttribute;
        var slash = value.IndexOf('/');
        if (slash < 1) return SdpError.BadAttribute;
        var rate = value[(slash + 1)..];
        if (rate.IndexOf('/') is var channels and >= 0) rate = rate[..channels];
        if (!int.TryParse(rate, NumberStyles.None, null, out var clockRate)) return SdpError.BadAttribute;
        var at = media.CodecList.FindIndex(codec => codec.PayloadType == type);
        if (at >= 0) media.CodecList[at] = media.CodecList[at] with { Name = value[..slash].ToString(), ClockRate = clockRate };
        return null;
    }

    static string? Parameters(SdpMedia media, ReadOnlySpan<char> value)
    {
        if (!SdpText.TryPayloadType(SdpText.Word(ref value), out var type)) return SdpError.BadAttribute;
        var at = media.CodecList.FindIndex(codec => codec.PayloadType == type);
        if (at >= 0) media.CodecList[at] = media.CodecList[at] with { Parameters = value.ToString() };
        return null;
    }

    // <ssrc> <attribute>[:<value>]; of the attributes only cname is kept.
    static string? Ssrc(SdpMedia media, ReadOnlySpan<char> value)
    {
        if (!uint.TryParse(SdpText.Word(ref value), NumberStyles.None, null, out var ssrc)) return SdpError.BadAttribute;
        if (!media.SsrcList.Contains(ssrc))
        {
            if (media.SsrcList.Count == MaxPerSection) return SdpError.TooMany;
            media.SsrcList.Add(ssrc);
        }
        if (value.StartsWith("cname:")) media.Cname ??= value[6..].ToString();
        return null;
    }

    static string? Group(SdpMedia media, ReadOnlySpan<char> value)
    {
        if (SdpText.Word(ref value) is not "FID") return null;
        if (!uint.TryParse(SdpText.Word(ref value), NumberStyles.None, null, out var ssrc)) return SdpError.BadAttribute;
        if (!uint.TryParse(SdpText.Word(ref value), NumberStyles.None, null, out var rtx) || rtx == ssrc) return SdpError.BadAttribute;
        if (media.RepairList.Count == MaxPerSection) return SdpError.TooMany;
        media.RepairList.Add(new SdpRepair(ssrc, rtx));
        return null;
    }

    // <id>[/<direction>] <uri> [<attributes>]
    static string? Extension(SdpMedia media, ReadOnlySpan<char> value)
    {
        var id = SdpText.Word(ref value);
        if (id.IndexOf('/') is var slash and >= 0) id = id[..slash];
        var uri = SdpText.Word(ref value);
        if (!byte.TryParse(id, NumberStyles.None, null, out var number) || number == 0 || uri.IsEmpty) return SdpError.BadAttribute;
        if (media.ExtensionList.Count == MaxPerSection) return SdpError.TooMany;
        media.ExtensionList.Add(new SdpExtension(number, uri.ToString()));
        return null;
    }
}

namespace FirstRing.Media.Rtc.Sdp;

/// <summary>Which way a section's media flows, seen from who wrote it.</summary>
public enum SdpDirection
{
    /// <summary>Both ways; the default when nothing is said (RFC 8866 §6.7).</summary>
    SendReceive,
    /// <summary>From the writer.</summary>
    SendOnly,
    /// <summary>To the writer.</summary>
    ReceiveOnly,
    /// <summary>Neither way.</summary>
    Inactive,
}

/// <summary>One m-section of an answer.</summary>
public sealed class SdpMedia
{
    internal List<SdpCodec> CodecList { get; } = [];
    internal List<uint> SsrcList { get; } = [];
    internal List<SdpRepair> RepairList { get; } = [];
    internal List<SdpExtension> ExtensionList { get; } = [];

    /// <summary>The mid.</summary>
    public string Mid { get; internal set; } = "";
    /// <summary>True for m=audio, false for m=video and anything else.</summary>
    public bool IsAudio { get; internal init; }
    /// <summary>Port 0 outside a bundle-only section: refused.</summary>
    public bool IsRejected { get; internal init; }
    /// <summary>Which way media flows, seen from the page.</summary>
    public SdpDirection Direction { get; internal set; }
    /// <summary>The payload types in the page's order of preference.</summary>
    public IReadOnlyList<SdpCodec> Codecs => CodecList;
    /// <summary>The streams the page announces; browsers may announce none and rely on the mid extension.</summary>
    public IReadOnlyList<uint> Ssrcs => SsrcList;
    /// <summary>Which stream repairs which (ssrc-group FID).</summary>
    public IReadOnlyList<SdpRepair> Repairs => RepairList;
    /// <summary>The CNAME of the first stream that has one.</summary>
    public string? Cname { get; internal set; }
    /// <summary>The header extensions that were accepted.</summary>
    public IReadOnlyList<SdpExtension> Extensions => ExtensionList;
}

/// <summary>A payload type with what its rtpmap and fmtp say.</summary>
/// <param name="PayloadType">0–127.</param>
/// <param name="Name">The encoding name, empty when there is no rtpmap.</param>
/// <param name="ClockRate">Ticks per second, 0 when there is no rtpmap.</param>
/// <param name="Parameters">The fmtp text, empty when there is none.</param>
public sealed record SdpCodec(int PayloadType, string Name = "", int ClockRate = 0, string Parameters = "");

/// <summary>A stream and the one that carries its retransmissions (RFC 4588 §8).</summary>
public readonly record struct SdpRepair(uint Ssrc, uint RtxSsrc);

/// <summary>A header extension (RFC 8285 §5).</summary>
public sealed record SdpExtension(int Id, string Uri);

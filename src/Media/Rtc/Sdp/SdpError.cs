namespace FirstRing.Media.Rtc.Sdp;

/// <summary>Why an answer was refused: stable codes, safe to log.</summary>
public static class SdpError
{
    /// <summary>Over 64 KiB.</summary>
    public const string TooLarge = "sdp-too-large";
    /// <summary>A line over 2 KiB.</summary>
    public const string LineTooLong = "sdp-line-too-long";
    /// <summary>A line that is not x=…, or no v=0 first.</summary>
    public const string BadLine = "sdp-bad-line";
    /// <summary>More sections, payload types, streams or extensions than any page has.</summary>
    public const string TooMany = "sdp-too-many";
    /// <summary>An m= line that cannot be read.</summary>
    public const string BadMedia = "sdp-bad-media";
    /// <summary>A section without a mid, with an unusable one, or with one that another section has.</summary>
    public const string BadMid = "sdp-bad-mid";
    /// <summary>An a=rtpmap, fmtp, ssrc, ssrc-group or extmap that cannot be read.</summary>
    public const string BadAttribute = "sdp-bad-attribute";
    /// <summary>No ICE user name fragment and password.</summary>
    public const string NoIce = "sdp-no-ice";
    /// <summary>ICE credentials outside RFC 8839's grammar, or not the same in every section.</summary>
    public const string BadIce = "sdp-bad-ice";
    /// <summary>No SHA-256 fingerprint.</summary>
    public const string NoFingerprint = "sdp-no-fingerprint";
    /// <summary>A fingerprint that is not 32 bytes, or not the same in every section.</summary>
    public const string BadFingerprint = "sdp-bad-fingerprint";
    /// <summary>No a=setup, one that an answer may not have, or not the same in every section.</summary>
    public const string BadSetup = "sdp-bad-setup";
}

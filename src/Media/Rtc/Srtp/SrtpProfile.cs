namespace FirstRing.Media.Rtc.Srtp;

/// <summary>The protection profiles we negotiate, by their use_srtp code (RFC 5764 §4.1.2, RFC 7714 §14.2).</summary>
public enum SrtpProfile : ushort
{
    /// <summary>AES in counter mode with an 80-bit HMAC-SHA1 tag: every WebRTC endpoint has it.</summary>
#pragma warning disable CA1707 // the underscore is the registry's: SHA1_80 is the 80-bit tag
    Aes128CmHmacSha1_80 = 1,
#pragma warning restore CA1707
    /// <summary>AES-GCM with a 128-bit tag.</summary>
    AeadAes128Gcm = 7,
}

/// <summary>Sizes that go with a profile, in bytes.</summary>
public static class SrtpProfiles
{
    /// <summary>Master key.</summary>
    public const int KeyLength = 16;

    /// <summary>Master salt: 14 for counter mode (RFC 3711 §8.2), 12 for GCM (RFC 7714 §12).</summary>
    public static int SaltLength(this SrtpProfile profile) => profile == SrtpProfile.AeadAes128Gcm ? 12 : 14;

    /// <summary>What the tag adds to an RTP packet.</summary>
    public static int TagLength(this SrtpProfile profile) => profile == SrtpProfile.AeadAes128Gcm ? 16 : 10;

    /// <summary>What tag and index add to an RTCP packet.</summary>
    public static int RtcpOverhead(this SrtpProfile profile) => profile.TagLength() + 4;
}

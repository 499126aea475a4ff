using System.Text.Json;
using FirstRing.Media.Rtc.Srtp;

namespace FirstRing.Tests.Rtc.Srtp;

public sealed class SrtpVectorTests
{
    static readonly byte[] Key128 = Convert.FromHexString("000102030405060708090a0b0c0d0e0f");
    static readonly byte[] Key256 = Convert.FromHexString("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    static readonly byte[] Salt = Convert.FromHexString("517569642070726f2071756f");
    static readonly byte[] RtpPlain = Convert.FromHexString(
        "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573");
    static readonly byte[] RtcpPlain = Convert.FromHexString(
        "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef");
    const uint RtcpIndex = 1492;
    const string Rtp128 =
        "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce";
    const string Rtp256 =
        "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13";
    const string Rtcp128 =
        "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf872"
        + "45d9eade800005d4";
    const string Rtcp256 =
        "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6c"
        + "b26ac3be800005d4";

    static GcmCipher Gcm(byte[] key, byte[] salt) => new(key, salt, key, salt);

    // RFC 7714 §16.1.1, §16.2.1, §17.1, §17.3.
    [Fact]
    public void Gcm_seals_and_opens_the_figures_of_RFC_7714()
    {
        CheckGcm(Key128, Rtp128, Rtcp128);
        CheckGcm(Key256, Rtp256, Rtcp256);
    }

    static void CheckGcm(byte[] key, string rtp, string rtcp)
    {
        using var cipher = Gcm(key, Salt);
        var packet = new byte[200];
        RtpPlain.AsSpan(0, 12).CopyTo(packet);
        var length = cipher.SealRtp(0x5501a0b2, 0xf17b, RtpPlain.AsSpan(12), 12, packet);
        Assert.Equal(rtp, Convert.ToHexStringLower(packet.AsSpan(0, length)));
        var plain = new byte[length];
        Assert.True(cipher.OpenRtp(0x5501a0b2, 0xf17b, packet.AsSpan(0, length), 12, plain));
        Assert.Equal(RtpPlain[12..], plain[..(RtpPlain.Length - 12)]);

        length = cipher.SealRtcp(0x4d617273, RtcpIndex, RtcpPlain, packet);
        Assert.Equal(rtcp, Convert.ToHexStringLower(packet.AsSpan(0, length)));
        Assert.True(cipher.OpenRtcp(0x4d617273, RtcpIndex, packet.AsSpan(0, length)));
        Assert.Equal(RtcpPlain, packet[..RtcpPlain.Length]);
    }

    [Theory]
    [InlineData("aead_aes_128_gcm")]
    [InlineData("aead_aes_256_gcm")]
    public void Shared_figures_of_RFC_7714_hold(string name)
    {
        var shared = SharedVectors.Require("rfc7714").GetProperty(name);
        Assert.Equal(RtpPlain, shared.Hex("rtp_plain"));
        Assert.Equal(RtcpPlain, shared.Hex("rtcp_plain"));
        CheckGcm(shared.Hex("session_key"), shared.Text("rtp_encrypted_and_tagged"), shared.Text("rtcp_encrypted_and_tagged"));

        // Authenticated only: everything is associated data and nothing is encrypted. For RTP that is a packet that is all header.
        using var cipher = Gcm(shared.Hex("session_key"), shared.Hex("session_salt"));
        var packet = new byte[RtpPlain.Length + 16];
        RtpPlain.CopyTo(packet, 0);
        var length = cipher.SealRtp(0x5501a0b2, 0xf17b, [], RtpPlain.Length, packet);
        Assert.Equal(shared.Text("rtp_authenticated_only"), Convert.ToHexStringLower(packet.AsSpan(0, length)));
        AuthenticatedOnlyRtcpIsRefused(shared);
    }

    // SRTCP without the E flag is well-formed, but no WebRTC peer sends it; taking it would let a peer be downgraded.
    static void AuthenticatedOnlyRtcpIsRefused(JsonElement shared)
    {
        var clear = shared.Hex("rtcp_authenticated_only");
        using var receiver = new SrtpReceiver(SrtpProfile.AeadAes128Gcm, Key128, Salt);
        Assert.False(receiver.TryUnprotectRtcp(clear, out _));
    }

    // RFC 3711 §B.2 and RFC 6188 §7.1: xoring onto zeros gives the keystream.
    [Theory]
    [InlineData("2b7e151628aed2a6abf7158809cf4f3c",
        "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0")]
    [InlineData("57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98",
        "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac63c4868b7096d88421b563b8c94c9a31")]
    public void Counter_mode_gives_the_keystream(string key, string keystream)
    {
        using var cipher = new CounterMode(Convert.FromHexString(key), Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9fafbfcfd"));
        var stream = new byte[48];
        cipher.Apply(0, 0, stream, stream);
        Assert.Equal(keystream, Convert.ToHexStringLower(stream));
    }

    [Fact]
    public void Shared_keystreams_hold()
    {
        foreach (var shared in (JsonElement[])[SharedVectors.Require("rfc3711").GetProperty("B.2_aes_cm_keystream"),
            SharedVectors.Require("rfc6188").GetProperty("7.1_aes_256_cm_keystream")])
        {
            using var cipher = new CounterMode(shared.Hex("session_key"), shared.Hex("session_salt"));
            var stream = new byte[48];
            cipher.Apply(0, 0, stream, stream);
            Assert.Equal(shared.Hex("keystream_first_48_bytes"), stream);
        }
    }

    const string CipherKey = "c61e7a93744f39ee10734afe3ff7a087", CipherSalt = "30cbbc08863d8c85d49db34a9ae1";
    const string AuthenticationKey =
        "cebe321f6ff7716b6fd4ab49af256a156d38baa48f0a0acf3c34e2359e6cdbcee049646c43d9327ad175578ef72270986371c10c9a369ac2f94a8c5fbcdddc25"
        + "6d6e919a48b610ef17c2041e474035766b68642c59bbfc2f34db60dbdfb2";

    // RFC 3711 §B.3.
    [Fact]
    public void Session_keys_are_derived() =>
        CheckDerivation(Convert.FromHexString("e1f97a0d3e018be0d64fa32c06de4139"), Convert.FromHexString("0ec675ad498afeebb6960b3aabe6"),
            CipherKey, CipherSalt, AuthenticationKey);

    [Fact]
    public void Shared_session_keys_are_derived()
    {
        var shared = SharedVectors.Require("rfc3711").GetProperty("B.3_key_derivation");
        CheckDerivation(shared.Hex("master_key"), shared.Hex("master_salt"),
            shared.Text("cipher_key"), shared.Text("cipher_salt"), shared.Text("auth_key_94_bytes"));
    }

    static void CheckDerivation(byte[] key, byte[] salt, string cipherKey, string cipherSalt, string authentication)
    {
        Assert.Equal(cipherKey, Convert.ToHexStringLower(KeyDerivation.Derive(key, salt, KeyDerivation.RtpKey, 16)));
        Assert.Equal(cipherSalt, Convert.ToHexStringLower(KeyDerivation.Derive(key, salt, KeyDerivation.RtpSalt, 14)));
        Assert.Equal(authentication, Convert.ToHexStringLower(KeyDerivation.Derive(key, salt, KeyDerivation.RtpAuthentication, 94)));
    }
}

using System.Security.Cryptography;
using FirstRing.Platform.Sealing;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>The vectors of the GCM specification (McGrew and Viega, test cases 14 to 16: AES-256 with 96-bit nonces) through our own form.</summary>
public sealed class KnownAnswers
{
    const string Key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", Nonce = "cafebabefacedbaddecaf888";
    const string Plain = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
    const string Cipher = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662";

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919")]
    [InlineData(Key, Nonce, "", Plain + "1aafd255", Cipher + "898015ad", "b094dac5d93471bdec1a502270e3cc6c")]
    [InlineData(Key, Nonce, "feedfacedeadbeeffeedfacedeadbeefabaddad2", Plain, Cipher, "76fc6ece0f4e1768cddf8853bb2d551b")]
    public void A_value_made_from_a_published_vector_opens_to_its_text(string key, string nonce, string additional, string plain, string cipher, string tag)
    {
        byte[] blob = [.. "FR\u0001\u0001"u8, .. new byte[16], .. Convert.FromHexString(nonce), .. Convert.FromHexString(cipher), .. Convert.FromHexString(tag)];
        Assert.Equal(plain, Convert.ToHexStringLower(SealedBlob.Open(blob, Convert.FromHexString(key), Convert.FromHexString(additional))));
        blob[^1] ^= 1;
        Assert.ThrowsAny<CryptographicException>(() => SealedBlob.Open(blob, Convert.FromHexString(key), Convert.FromHexString(additional)));
    }
}

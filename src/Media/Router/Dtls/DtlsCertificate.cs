using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Security;

namespace FirstRing.Media.Router.Dtls;

/// <summary>
/// The self-signed ECDSA P-256 certificate of this process. WebRTC trusts it by the fingerprint in signaling alone (RFC 8122), so it names nobody,
/// is never stored, and a small one keeps the server's flight within few datagrams.
/// </summary>
internal sealed class DtlsCertificate
{
    private DtlsCertificate(byte[] encoded, AsymmetricKeyParameter key)
    {
        Encoded = encoded;
        Key = key;
        Fingerprint = SHA256.HashData(encoded);
    }

    public byte[] Encoded { get; }

    public AsymmetricKeyParameter Key { get; }

    /// <summary>SHA-256 of the encoded certificate.</summary>
    public byte[] Fingerprint { get; }

    /// <summary>As in <c>a=fingerprint:sha-256 …</c>.</summary>
    public string FingerprintText => Convert.ToHexString(Fingerprint).Chunk(2).Aggregate("", (text, pair) => text.Length == 0 ? new(pair) : text + ":" + new string(pair));

    public static DtlsCertificate Create(TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=media", key, HashAlgorithmName.SHA256);
        var now = clock.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        return new DtlsCertificate(certificate.RawData, PrivateKeyFactory.CreateKey(key.ExportPkcs8PrivateKey()));
    }
}

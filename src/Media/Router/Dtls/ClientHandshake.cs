using System.Security.Cryptography;
using FirstRing.Media.Rtc.Dtls;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using TlsHash = Org.BouncyCastle.Tls.HashAlgorithm;

namespace FirstRing.Media.Router.Dtls;

/// <summary>A browser's side of a handshake: for the self-test at start and for the load client.</summary>
internal sealed class ClientHandshake(BcTlsCrypto crypto, DtlsCertificate certificate, int[] profiles) : DefaultTlsClient(crypto), TlsAuthentication
{
    private byte[]? serverFingerprint;
    private ushort profile;

    public DtlsKeys? Keys { get; private set; }

    public override int GetHandshakeTimeoutMillis() => ServerHandshake.TimeoutMillis;

    public override int GetHandshakeResendTimeMillis() => 100;

    public override TlsAuthentication GetAuthentication() => this;

    public override bool ShouldCheckSigAlgOfPeerCerts() => false;

    public override IDictionary<int, byte[]> GetClientExtensions()
    {
        var extensions = base.GetClientExtensions() ?? new Dictionary<int, byte[]>();
        TlsSrtpUtilities.AddUseSrtpExtension(extensions, new UseSrtpData(profiles, []));
        return extensions;
    }

    public override void ProcessServerExtensions(IDictionary<int, byte[]> serverExtensions)
    {
        base.ProcessServerExtensions(serverExtensions);
        profile = (ushort)TlsSrtpUtilities.GetUseSrtpExtension(serverExtensions).ProtectionProfiles[0];
    }

    public override void NotifyHandshakeComplete()
    {
        base.NotifyHandshakeComplete();
        Keys = new DtlsKeys(profile, SrtpOffers.Export(m_context, profile), serverFingerprint!);
    }

    public void NotifyServerCertificate(TlsServerCertificate serverCertificate) =>
        serverFingerprint = SHA256.HashData(serverCertificate.Certificate.GetCertificateAt(0).GetEncoded());

    public TlsCredentials GetClientCredentials(Org.BouncyCastle.Tls.CertificateRequest certificateRequest) => new BcDefaultTlsCredentialedSigner(
        new TlsCryptoParameters(m_context),
        (BcTlsCrypto)m_context.Crypto,
        certificate.Key,
        new Certificate([new BcTlsCertificate((BcTlsCrypto)m_context.Crypto, certificate.Encoded)]),
        SignatureAndHashAlgorithm.GetInstance(TlsHash.sha256, SignatureAlgorithm.ecdsa));

    protected override ProtocolVersion[] GetSupportedVersions() => ProtocolVersion.DTLSv12.Only();

    protected override int[] GetSupportedCipherSuites() => [CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256];
}

using System.Security.Cryptography;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using TlsCertificateRequest = Org.BouncyCastle.Tls.CertificateRequest;
using TlsHash = Org.BouncyCastle.Tls.HashAlgorithm;

using FirstRing.Media.Rtc.Dtls;
namespace FirstRing.Media.Router.Dtls;

/// <summary>Our side of one DTLS 1.2 handshake: what we accept, and what we read out of it before the secrets are wiped.</summary>
internal sealed class ServerHandshake(BcTlsCrypto crypto, DtlsCertificate certificate, Action<DtlsKeys> completed, Action peerClosed) : DefaultTlsServer(crypto)
{
    public const int TimeoutMillis = 15_000;

    private static readonly SignatureAndHashAlgorithm EcdsaSha256 = SignatureAndHashAlgorithm.GetInstance(TlsHash.sha256, SignatureAlgorithm.ecdsa);

    private byte[]? peerFingerprint;
    private ushort profile;

    // A stalled client holds a thread for this long; the default is for ever.
    public override int GetHandshakeTimeoutMillis() => TimeoutMillis;

    // Doubles with every resend. The default of one second would make a single lost datagram the slowest part of a join.
    public override int GetHandshakeResendTimeMillis() => 100;

    public override bool RequiresExtendedMasterSecret() => true;

    // The certificate is trusted by its fingerprint; who signed it, and how, is not looked at.
    public override bool ShouldCheckSigAlgOfPeerCerts() => false;

    public override TlsCertificateRequest GetCertificateRequest() => new(
        [ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign],
        [
            EcdsaSha256,
            SignatureAndHashAlgorithm.GetInstance(TlsHash.sha384, SignatureAlgorithm.ecdsa),
            SignatureAndHashAlgorithm.GetInstance(TlsHash.sha256, SignatureAlgorithm.rsa),
        ],
        null);

    public override void NotifyClientCertificate(Certificate clientCertificate)
    {
        if (clientCertificate is null || clientCertificate.IsEmpty)
        {
            throw new TlsFatalAlert(AlertDescription.handshake_failure);
        }
        peerFingerprint = SHA256.HashData(clientCertificate.GetCertificateAt(0).GetEncoded());
    }

    public override void ProcessClientExtensions(IDictionary<int, byte[]> clientExtensions)
    {
        base.ProcessClientExtensions(clientExtensions);
        var offered = TlsSrtpUtilities.GetUseSrtpExtension(clientExtensions)?.ProtectionProfiles ?? [];
        profile = (ushort)SrtpOffers.Preferred.FirstOrDefault(offered.Contains);
        if (profile == 0)
        {
            throw new TlsFatalAlert(AlertDescription.illegal_parameter);
        }
    }

    public override IDictionary<int, byte[]> GetServerExtensions()
    {
        var extensions = base.GetServerExtensions() ?? new Dictionary<int, byte[]>();
        TlsSrtpUtilities.AddUseSrtpExtension(extensions, new UseSrtpData([profile], []));
        return extensions;
    }

    public override void NotifyHandshakeComplete()
    {
        base.NotifyHandshakeComplete();
        if (peerFingerprint is null)
        {
            throw new TlsFatalAlert(AlertDescription.handshake_failure);
        }
        completed(new DtlsKeys(profile, SrtpOffers.Export(m_context, profile), peerFingerprint));
    }

    public override void NotifyAlertReceived(short alertLevel, short alertDescription)
    {
        base.NotifyAlertReceived(alertLevel, alertDescription);
        if (alertDescription == AlertDescription.close_notify)
        {
            peerClosed();
        }
    }

    protected override ProtocolVersion[] GetSupportedVersions() => ProtocolVersion.DTLSv12.Only();

    protected override int[] GetSupportedCipherSuites() =>
        [CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256];

    protected override TlsCredentialedSigner GetECDsaSignerCredentials() => new BcDefaultTlsCredentialedSigner(
        new TlsCryptoParameters(m_context),
        (BcTlsCrypto)m_context.Crypto,
        certificate.Key,
        new Certificate([new BcTlsCertificate((BcTlsCrypto)m_context.Crypto, certificate.Encoded)]),
        EcdsaSha256);
}

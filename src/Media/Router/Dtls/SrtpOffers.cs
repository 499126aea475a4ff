using Org.BouncyCastle.Tls;

namespace FirstRing.Media.Router.Dtls;

/// <summary>The SRTP protection profiles we speak (RFC 5764 §4.1.2, RFC 7714 §14.2), best first, and the key material they take.</summary>
internal static class SrtpOffers
{
    public const ushort AeadAes128Gcm = 0x0007;
    public const ushort Aes128CmSha1Tag80 = 0x0001;

    public static readonly int[] Preferred = [AeadAes128Gcm, Aes128CmSha1Tag80];

    private const string ExporterLabel = "EXTRACTOR-dtls_srtp";

    public static int SaltBytes(ushort profile) => profile == AeadAes128Gcm ? 12 : 14;

    /// <summary>Client key ‖ server key ‖ client salt ‖ server salt. Only callable from NotifyHandshakeComplete: the secrets are wiped right after.</summary>
    public static byte[] Export(TlsContext context, ushort profile) =>
        // The context must be null: RFC 5705 tells "no context" and "empty context" apart, and DTLS-SRTP uses none.
        context.ExportKeyingMaterial(ExporterLabel, null, 2 * (16 + SaltBytes(profile)));
}

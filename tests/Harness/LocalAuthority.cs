using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FirstRing.Tests.Harness;

/// <summary>A certificate authority of a test's own, and the certificate that a server shows as <c>localhost</c>.</summary>
internal static class LocalAuthority
{
    /// <summary>Writes <c>server.pem</c> and <c>server.key</c>, <c>roots.pem</c> of who signed it, and <c>other.pem</c> of who did not.</summary>
    public static void Write(TempFolder folder)
    {
        var from = DateTimeOffset.UtcNow.AddDays(-1);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Root(from, out var rootKey);
        using var other = Root(from, out var otherKey);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var server = request.Create(root, from, from.AddDays(8), RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(folder.At("server.pem"), server.ExportCertificatePem());
        File.WriteAllText(folder.At("server.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(folder.At("roots.pem"), root.ExportCertificatePem());
        File.WriteAllText(folder.At("other.pem"), other.ExportCertificatePem());
        rootKey.Dispose();
        otherKey.Dispose();
    }

    static X509Certificate2 Root(DateTimeOffset from, out ECDsa key)
    {
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(from, from.AddDays(9));
    }
}

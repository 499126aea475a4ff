using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FirstRing.Platform.Contracts;

namespace FirstRing.Tests.Platform;

/// <summary>A CA that lives as long as a test.</summary>
internal sealed class TestAuthority : IDisposable
{
    static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddHours(-1);

    readonly X509Certificate2 _authority;

    public TestAuthority(string name = "internal CA")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(From.AddDays(-10), From.AddDays(10));
    }

    /// <summary>What a service holds: its own certificate and the CA's.</summary>
    public MutualTls For(string service, TimeSpan? lifetime = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={service}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        using var issued = request.Create(_authority, From.AddDays(-1), From + (lifetime ?? TimeSpan.FromDays(5)), RandomNumberGenerator.GetBytes(16));
        using var whole = issued.CopyWithPrivateKey(key);
        var own = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
        return new MutualTls(() => own, X509CertificateLoader.LoadCertificate(_authority.RawData), TimeProvider.System);
    }

    public void Dispose() => _authority.Dispose();
}

using System.Security.Cryptography.X509Certificates;

namespace FirstRing.Platform.Contracts;

/// <summary>A service's certificate and the internal CA that both sides of a contract call must hold one of.</summary>
public sealed class MutualTls(X509Certificate2 certificate, X509Certificate2 authority)
{
    public X509Certificate2 Certificate => certificate;

    /// <summary>True for a certificate issued by the internal CA and in its time. The system's trust store does not count.
    /// <paramref name="name"/>: the service whose certificate it must be, where that is known.</summary>
    public bool Accepts(X509Certificate2? other, string? name = null)
    {
        if (other is null || (name is not null && other.GetNameInfo(X509NameType.SimpleName, forIssuer: false) != name)) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true; // nothing in a certificate makes us call out
        return chain.Build(other);
    }
}

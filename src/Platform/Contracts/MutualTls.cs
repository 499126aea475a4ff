using System.Security.Cryptography.X509Certificates;

namespace FirstRing.Platform.Contracts;

/// <summary>A service's certificate and the internal CA that both sides of a contract call must hold one of.</summary>
public sealed class MutualTls(X509Certificate2 certificate, X509Certificate2 authority)
{
    public X509Certificate2 Certificate => certificate;

    /// <summary>True for a certificate issued by the internal CA and in its time. The system's trust store does not count.</summary>
    public bool Accepts(X509Certificate2? other)
    {
        if (other is null) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(other);
    }
}

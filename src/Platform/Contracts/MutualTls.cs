using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace FirstRing.Platform.Contracts;

/// <summary>
/// A service's certificate and the internal CA that both sides of a contract call must hold one of. The certificate is asked for at every handshake, so that
/// one that was renewed is shown from the next connection on.
/// </summary>
public sealed class MutualTls(Func<X509Certificate2> certificate, X509Certificate2 authority, TimeProvider clock)
{
    sealed record Showing(X509Certificate2 Certificate, SslServerAuthenticationOptions Options);

    Showing? _showing;

    public X509Certificate2 Certificate => certificate();

    /// <summary>Told of a handshake in which the other side showed no certificate that is accepted: which service it was to be, or "a service" where any would do.</summary>
    public Action<string>? Refused { get; init; }

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
        chain.ChainPolicy.VerificationTime = clock.GetUtcNow().LocalDateTime;
        return chain.Build(other);
    }

    bool Lets(X509Certificate? other, string? name)
    {
        var accepted = Accepts(other as X509Certificate2, name);
        if (!accepted) Refused?.Invoke(name ?? "a service");
        return accepted;
    }

    /// <summary>TLS 1.3 towards <paramref name="name"/>, or towards any service where none is named.</summary>
    public SslClientAuthenticationOptions Towards(string? name = null) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        LocalCertificateSelectionCallback = (_, _, _, _, _) => Certificate,
        RemoteCertificateValidationCallback = (_, shown, _, _) => Lets(shown, name),
    };

    /// <summary>TLS 1.3 for a listener that answers services only.</summary>
    public SslServerAuthenticationOptions Answering()
    {
        var now = Certificate;
        if (_showing is { } showing && ReferenceEquals(showing.Certificate, now)) return showing.Options;
        var made = new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            ServerCertificateContext = SslStreamCertificateContext.Create(now, null, offline: true),
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, other, _, _) => Lets(other, null),
        };
        _showing = new Showing(now, made);
        return made;
    }
}

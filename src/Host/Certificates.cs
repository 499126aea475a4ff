using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FirstRing.Platform.Contracts;

namespace FirstRing.Host;

/// <summary>
/// The internal CA, one certificate per service, and the public door's own certificate (SAN localhost, 127.0.0.1, ::1). ECDSA P-256 throughout. A service's
/// lives 30 days and is renewed 10 days before its end, whether at a start or while all runs.
/// </summary>
internal static class Certificates
{
    static readonly TimeSpan ServiceLife = TimeSpan.FromDays(30), ServiceMargin = TimeSpan.FromDays(10), DoorLife = TimeSpan.FromDays(397), Margin = TimeSpan.FromDays(30);
    static readonly Oid ServerAuth = new("1.3.6.1.5.5.7.3.1"), ClientAuth = new("1.3.6.1.5.5.7.3.2");

    /// <summary>At a start: makes what is missing and renews what nears its end, the CA included.</summary>
    public static void Ensure(DataFolder folder, TimeProvider clock)
    {
        EnsureAuthority(folder, clock.GetUtcNow()).Dispose();
        Renew(folder, clock);
    }

    /// <summary>While all runs: renews what nears its end under the CA that everyone already trusts.</summary>
    public static void Renew(DataFolder folder, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        using var authority = Load(folder.At("trust", "ca.pfx"));
        foreach (var service in Targets.Split)
            EnsureIssued(folder.At("trust", $"{service}.pfx"), service, authority, now);
        EnsureDoor(folder, now);
    }

    public static MutualTls TlsOf(DataFolder folder, string service, TimeProvider clock) =>
        new(new CertificateFile(folder.At("trust", $"{Targets.ServiceOf(service)}.pfx"), clock).Now, X509Certificate2.CreateFromPem(File.ReadAllText(folder.At("trust", "ca.pem"))), clock) { Refused = other => folder.PeerRefused?.Invoke(other) };

    public static CertificateFile Door(DataFolder folder, TimeProvider clock) => new(folder.At("trust", "door.pfx"), clock);

    public static X509Certificate2 Load(string path) => X509CertificateLoader.LoadPkcs12FromFile(path, null);

    static X509Certificate2 EnsureAuthority(DataFolder folder, DateTimeOffset now)
    {
        var path = folder.At("trust", "ca.pfx");
        if (Usable(path, now, Margin) is { } usable) return usable;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=FirstRing internal CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var made = request.CreateSelfSigned(now.AddHours(-1), now.AddYears(10));
        Save(path, made);
        DataFolder.WriteSecret(folder.At("trust", "ca.pem"), made.ExportCertificatePem());
        foreach (var issued in Directory.GetFiles(folder.At("trust"), "*.pfx").Where(file => file != path && Path.GetFileName(file) != "door.pfx")) File.Delete(issued);
        return Load(path);
    }

    static void EnsureIssued(string path, string service, X509Certificate2 authority, DateTimeOffset now)
    {
        if (Usable(path, now, ServiceMargin) is { } usable && usable.NotAfter <= (now + ServiceLife).LocalDateTime)
        {
            usable.Dispose();
            return;
        }
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(service, key, [ServerAuth, ClientAuth]);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        DateTimeOffset end = now + ServiceLife, last = authority.NotAfter;
        using var issued = request.Create(authority, now.AddHours(-1), end < last ? end : last, RandomNumberGenerator.GetBytes(16));
        using var whole = issued.CopyWithPrivateKey(key);
        Save(path, whole);
    }

    // Signed by itself, not by the CA: a person who trusts the door must not thereby trust what the CA could sign.
    static void EnsureDoor(DataFolder folder, DateTimeOffset now)
    {
        var path = folder.At("trust", "door.pfx");
        if (Usable(path, now, Margin) is { } usable)
        {
            usable.Dispose();
            return;
        }
        // One that a public CA issued is for whoever put it there to renew.
        if (File.Exists(path) && Load(path) is var given && given.Subject != given.Issuer) return;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = Request("localhost", key, [ServerAuth]).CreateSelfSigned(now.AddHours(-1), now + DoorLife);
        Save(path, made);
        DataFolder.WriteSecret(folder.At("trust", "door.pem"), made.ExportCertificatePem());
    }

    static CertificateRequest Request(string name, ECDsa key, Oid[] usages)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. usages], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    static X509Certificate2? Usable(string path, DateTimeOffset now, TimeSpan margin)
    {
        if (!File.Exists(path)) return null;
        var certificate = Load(path);
        if (certificate.NotAfter > (now + margin).LocalDateTime) return certificate;
        certificate.Dispose();
        return null;
    }

    static void Save(string path, X509Certificate2 certificate)
    {
        var fresh = $"{path}.{Environment.ProcessId}";
        using (var file = new FileStream(fresh, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
            file.Write(certificate.Export(X509ContentType.Pkcs12));
        File.Move(fresh, path, overwrite: true);
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FirstRing.Tests.Harness.Running;

/// <summary>
/// The first platform of this process makes its door certificate (and its CA: a fresh one would sweep the rest away); the later ones are given the same, so that a browser, told once which key to trust, opens
/// any of them with all its other TLS checks on.
/// </summary>
public static class DoorTrust
{
    static readonly Dictionary<string, byte[]> Kept = [];
    static readonly Lock Gate = new();

    public static void Lay(string data)
    {
        lock (Gate)
        {
            if (Kept.Count == 0) return;
            var trust = Directory.CreateDirectory(Path.Combine(data, "trust")).FullName;
            foreach (var (name, content) in Kept)
                if (!File.Exists(Path.Combine(trust, name))) File.WriteAllBytes(Path.Combine(trust, name), content);
        }
    }

    public static void Keep(string data)
    {
        lock (Gate)
            foreach (var name in (string[])["door.pfx", "door.pem", "ca.pfx", "ca.pem"])
                Kept.TryAdd(name, File.ReadAllBytes(Path.Combine(data, "trust", name)));
    }

    public static X509Certificate2 Certificate
    {
        get { lock (Gate) return X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(Kept["door.pem"])); }
    }

    /// <summary>Base64 SHA-256 of the key, for Chromium's <c>--ignore-certificate-errors-spki-list</c>.</summary>
    public static string KeyHash
    {
        get
        {
            using var certificate = Certificate;
            return Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        }
    }

    /// <summary>An HTTP client that trusts that door and nothing else, keeps no cookies and follows nothing.</summary>
    public static HttpClient Client(Uri door)
    {
        var certificate = Certificate;
        return new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.Equals(shown) },
        })
        {
            BaseAddress = door,
            DefaultRequestVersion = new Version(2, 0),
        };
    }
}

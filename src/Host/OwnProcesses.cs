#pragma warning disable RS0030 // The one place where the host asks its own processes, on this machine's loopback
using System.Net.Security;

namespace FirstRing.Host;

/// <summary>How the command line and the gateway ask this machine's own processes over TLS. Whom to trust is the caller's to say; nothing else goes out this way.</summary>
internal static class OwnProcesses
{
    public static HttpMessageInvoker Client(SslClientAuthenticationOptions tls, TimeSpan connect) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        ConnectTimeout = connect,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10), // the next one shows the certificate of its day
        SslOptions = tls,
    });
}

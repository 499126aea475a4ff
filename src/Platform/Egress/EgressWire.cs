#pragma warning disable RS0030 // Sockets and HTTP handlers: the one place where anything leaves for a host that is not ours
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace FirstRing.Platform.Egress;

/// <summary>
/// The way out: resolves a name once, checks every address of the answer, and connects to one of those that it checked. A name that answers otherwise a
/// moment later (DNS rebinding) is asked no second time.
/// </summary>
internal sealed class EgressWire(EgressOptions options)
{
    const string ServerAuthentication = "1.3.6.1.5.5.7.3.1"; // RFC 5280 §4.2.1.12
    static readonly TimeSpan OneConnect = TimeSpan.FromSeconds(5);

    /// <exception cref="EgressRefusedException">One of the name's addresses is not allowed.</exception>
    /// <exception cref="SocketException">The name has no address, or nobody answers at any of them.</exception>
    public async Task<Stream> Connect(HostName host, int port, CancellationToken stop)
    {
        var addresses = await options.Resolve(host.Text, stop);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        var ours = options.PrivateHosts.Contains(host.Text);
        // One address that is not allowed spoils the answer: whoever mixes them is up to something.
        if (!addresses.All(address => AddressRules.IsPublic(address) || (ours && AddressRules.IsOnPremise(address)))) throw new EgressRefusedException(EgressRefusal.Address);
        for (var i = 0; ; i++)
        {
            try { return await Dial(new IPEndPoint(addresses[i], port), OneConnect, stop); }
            catch (SocketException) when (i + 1 < addresses.Length) { } // the next address may answer
        }
    }

    /// <exception cref="SocketException">Nobody answers there, or not <paramref name="within"/> the time.</exception>
    internal static async Task<Stream> Dial(EndPoint address, TimeSpan within, CancellationToken stop)
    {
        var socket = address is IPEndPoint ? new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true } : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(within);
        try
        {
            await socket.ConnectAsync(address, limit.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Speaks HTTP over connections made by <see cref="Connect"/>; keeps no cookies, follows nothing, asks no proxy.</summary>
    public HttpMessageInvoker Http() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // a name's new addresses are looked at before long
        SslOptions = Tls(null),
        ConnectCallback = async (context, stop) => HostName.TryParse(context.DnsEndPoint.Host, out var host)
            ? await Connect(host, context.DnsEndPoint.Port, stop)
            : throw new EgressRefusedException(EgressRefusal.Host),
    });

    /// <summary>TLS as a client of <paramref name="host"/>; null where the handler says the name itself.</summary>
    public SslClientAuthenticationOptions Tls(HostName? host)
    {
        var tls = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (host is { } name) tls.TargetHost = name.Text;
        if (options.Roots is null) return tls;
        tls.CertificateChainPolicy = OwnRoots(options.Roots);
        return tls;
    }

    /// <summary>The same trust for who begins TLS elsewhere; <paramref name="errors"/> is what was found under the system's roots. A wrong name is never trusted.</summary>
    public bool Trusts(X509Certificate? shown, X509Chain? sent, SslPolicyErrors errors)
    {
        if (options.Roots is null) return errors == SslPolicyErrors.None;
        if (shown is not X509Certificate2 certificate || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        using var chain = new X509Chain { ChainPolicy = OwnRoots(options.Roots) };
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(ServerAuthentication));
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>()) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(certificate);
    }

    static X509ChainPolicy OwnRoots(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }
}

/// <summary>The way out as a handler, for libraries that bring their own protocol over HTTP. A refusal is thrown.</summary>
internal sealed class EgressHandler(Egress egress, string tenant, string dataClass) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await egress.Send(tenant, dataClass, request, cancellationToken);
        return answer.Value ?? throw new EgressRefusedException(answer.Refused!);
    }

    /// <param name="patience">For one request, until its answer begins.</param>
    public HttpClient Client(TimeSpan patience) => new(this) { Timeout = patience };
}

/// <summary>
/// The way out to the one host that the operator named at the start, for what must be reached before there is a store (key management): no agreement is looked up and no
/// row is written. Only https, only that host and port; nothing is followed.
/// </summary>
internal sealed class OneHostHandler(EgressOptions options, Uri endpoint) : HttpMessageHandler
{
    readonly HttpMessageInvoker _http = new EgressWire(options).Http();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { } target || target.Scheme != Uri.UriSchemeHttps || target.Authority != endpoint.Authority) throw new EgressRefusedException(EgressRefusal.NoAgreement);
        request.Headers.Host = null; // the host that was judged is the host that is asked
        return _http.SendAsync(request, cancellationToken);
    }

    /// <param name="patience">For one request, until its answer begins.</param>
    public HttpClient Client(TimeSpan patience) => new(this) { Timeout = patience };

    protected override void Dispose(bool disposing)
    {
        if (disposing) _http.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Carries a refusal out of a handler's connect callback; <see cref="Egress"/> makes a value of it again.</summary>
internal sealed class EgressRefusedException(EgressRefusal refusal) : Exception(refusal.Code)
{
    public EgressRefusal Refusal { get; } = refusal;
}

using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.Logging;

namespace FirstRing.Platform.Egress;

/// <summary>
/// The one door out of a service. Each destination needs a valid agreement of the tenant that names its host and covers the class of data, asked for anew
/// with every request and every redirect; its address must be public. What is refused leaves an audit row.
/// </summary>
public sealed partial class Egress(Store store, AgreementLookup agreements, EgressOptions options, ILogger<Egress> logger) : IDisposable
{
    const int MostRedirects = 5;

    readonly EgressWire _wire = new(options);
    readonly Lazy<HttpMessageInvoker> _http = new(() => new EgressWire(options).Http());

    /// <summary>
    /// Sends a request over https. Redirects of GET and HEAD are followed, each judged like the first; credentials do not go along to another host. Throws
    /// <see cref="HttpRequestException"/> where the host does not answer.
    /// </summary>
    public async Task<EgressAnswer<HttpResponseMessage>> Send(string tenant, string dataClass, HttpRequestMessage request, CancellationToken stop)
    {
        for (var hop = 0; ; hop++)
        {
            var target = request.RequestUri!;
            var refusal = hop > MostRedirects ? EgressRefusal.Redirects : await Judge(tenant, dataClass, target, stop);
            if (refusal is not null) return await Refuse<HttpResponseMessage>(tenant, target.IdnHost, target.Port, refusal, stop);
            request.Headers.Host = null; // the host that was judged is the host that is asked
            HttpResponseMessage response;
            try { response = await _http.Value.SendAsync(request, stop); }
            catch (Exception failure) when (RefusalIn(failure) is { } why) { return await Refuse<HttpResponseMessage>(tenant, target.IdnHost, target.Port, why, stop); }
            if (Next(request, response) is not { } next) return new EgressAnswer<HttpResponseMessage>(response);
            response.Dispose();
            request = next;
        }
    }

    /// <summary>For a library that speaks HTTP itself: all that it sends goes as by <see cref="Send"/>, and a refusal is thrown. What it sends waits <paramref name="patience"/> for an answer.</summary>
    public HttpClient Client(string tenant, string dataClass, TimeSpan patience) => new EgressHandler(this, tenant, dataClass).Client(patience);

    /// <summary>A connection to <paramref name="host"/>, not encrypted yet: for protocols that begin TLS themselves (SMTP). Throws
    /// <see cref="System.Net.Sockets.SocketException"/> where nobody answers.</summary>
    public async Task<EgressAnswer<Stream>> Connect(string tenant, string dataClass, string host, int port, CancellationToken stop)
    {
        if (!HostName.TryParse(host, out var name)) return await Refuse<Stream>(tenant, host, port, EgressRefusal.Host, stop);
        if (await Judge(tenant, dataClass, name, stop) is { } refusal) return await Refuse<Stream>(tenant, host, port, refusal, stop);
        try { return new EgressAnswer<Stream>(await _wire.Connect(name, port, stop)); }
        catch (EgressRefusedException failure) { return await Refuse<Stream>(tenant, host, port, failure.Refusal, stop); }
    }

    /// <summary>A TLS connection to <paramref name="host"/>. Throws <see cref="System.Security.Authentication.AuthenticationException"/> where it is not who it should be.</summary>
    public async Task<EgressAnswer<Stream>> ConnectTls(string tenant, string dataClass, string host, int port, CancellationToken stop)
    {
        var plain = await Connect(tenant, dataClass, host, port, stop);
        if (plain.Value is null || !HostName.TryParse(host, out var name)) return plain;
        var secure = new SslStream(plain.Value);
        try
        {
            await secure.AuthenticateAsClientAsync(_wire.Tls(name), stop);
            return new EgressAnswer<Stream>(secure);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    /// <summary>For protocols that begin TLS themselves over a connection of <see cref="Connect"/>: whether what the other side showed is trusted, as everywhere here.</summary>
    public bool Trusts(object sender, X509Certificate? shown, X509Chain? sent, SslPolicyErrors errors) => _wire.Trusts(shown, sent, errors);

    async Task<EgressRefusal?> Judge(string tenant, string dataClass, Uri target, CancellationToken stop)
    {
        if (target.Scheme != Uri.UriSchemeHttps) return EgressRefusal.Plain;
        return target.UserInfo.Length > 0 || !HostName.TryParse(target.IdnHost, out var host) ? EgressRefusal.Host : await Judge(tenant, dataClass, host, stop);
    }

    async Task<EgressRefusal?> Judge(string tenant, string dataClass, HostName host, CancellationToken stop) =>
        EgressRefusal.Of(await agreements(tenant, host, stop), dataClass, DateOnly.FromDateTime(store.Clock.GetUtcNow().UtcDateTime));

    async Task<EgressAnswer<T>> Refuse<T>(string tenant, string host, int port, EgressRefusal refusal, CancellationToken stop) where T : class
    {
        LogRefused(store.Service, refusal.Code);
        await store.Commit(Caller.System(store.Service, tenant), transaction =>
        {
            transaction.Audit("egress", HostName.TryParse(host, out var name) ? $"{name}:{port}" : "not-a-host", refusal.Code);
            return Task.FromResult(true);
        }, stop);
        return new EgressAnswer<T>(null, refusal);
    }

    static EgressRefusal? RefusalIn(Exception failure) => (failure as EgressRefusedException ?? failure.InnerException as EgressRefusedException)?.Refusal;

    // RFC 9110 §15.4. Only what is safe to repeat is repeated; a body stays where it was sent.
    static HttpRequestMessage? Next(HttpRequestMessage request, HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
            || response.Headers.Location is not { } location || (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)) return null;
        var target = new Uri(request.RequestUri!, location);
        var next = new HttpRequestMessage(request.Method, target) { Version = request.Version, VersionPolicy = request.VersionPolicy };
        var sameHost = target.IdnHost == request.RequestUri!.IdnHost && target.Port == request.RequestUri.Port;
        foreach (var header in request.Headers.Where(header => sameHost || header.Key is not ("Authorization" or "Cookie" or "Proxy-Authorization")))
            next.Headers.TryAddWithoutValidation(header.Key, header.Value);
        return next;
    }

    public void Dispose()
    {
        if (_http.IsValueCreated) _http.Value.Dispose();
    }

    [LoggerMessage(1, LogLevel.Warning, "{Service} may not go out: {Refusal}")]
    partial void LogRefused(string service, string refusal);
}

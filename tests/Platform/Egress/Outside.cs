using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FirstRing.Platform.Egress;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FirstRing.Tests.Platform.Egress;

/// <summary>A real HTTPS server that is several vendors by name, a registry, a resolver that the test fills, and the way out to them.</summary>
internal sealed class Outside : IAsyncDisposable
{
    public const string Tenant = "ten_1", Vendor = "api.vendor.example", Other = "api.other.example", Stranger = "api.stranger.example";

    readonly Dictionary<(string Tenant, string Host), List<Agreement>> _agreements = [];
    WebApplication _app = null!;

    public TestStore Store { get; private set; } = null!;
    public int Port { get; private set; }
    public Dictionary<string, Func<IPAddress[]>> Names { get; } = new() { [Vendor] = Here, [Other] = Here, [Stranger] = Here };
    public List<string> Resolved { get; } = [];
    public List<(string Host, string? Authorization, string? Cookie)> Requests { get; } = [];
    public FirstRing.Platform.Egress.Egress Egress { get; private set; } = null!;
    public DateOnly Today => DateOnly.FromDateTime(Store.Clock.GetUtcNow().UtcDateTime);

    static IPAddress[] Here() => [IPAddress.Loopback];

    public static async Task<Outside> Open(Dialect dialect = Dialect.Sqlite, params string[] privateHosts)
    {
        var outside = new Outside { Store = await TestStore.Open(dialect) };
        var (certificate, roots) = Certificates();
        await outside.Serve(certificate);
        outside.Egress = new(outside.Store.Store, (tenant, host, _) => Task.FromResult<IReadOnlyList<Agreement>>(outside._agreements.GetValueOrDefault((tenant, host.Text)) ?? []),
            new EgressOptions((privateHosts.Length > 0 ? privateHosts : [Vendor, Other, Stranger]).ToHashSet(), roots) { Resolve = outside.Resolve }, NullLogger<FirstRing.Platform.Egress.Egress>.Instance);
        outside.Agree(Vendor);
        return outside;
    }

    Task<IPAddress[]> Resolve(string name, CancellationToken stop)
    {
        lock (Resolved) Resolved.Add(name);
        return Task.FromResult(Names.TryGetValue(name, out var answer) ? answer() : []);
    }

    /// <summary>Enters an agreement; by default one that holds today.</summary>
    public void Agree(string host, int fromDays = -1, int untilDays = 1, bool ended = false, string tenant = Tenant, params string[] classes)
    {
        var agreement = new Agreement(Today.AddDays(fromDays), Today.AddDays(untilDays), ended, classes.Length > 0 ? classes : ["phi"]);
        if (!_agreements.TryAdd((tenant, host), [agreement])) _agreements[(tenant, host)].Add(agreement);
    }

    public void Forget(string host) => _agreements.Remove((Tenant, host));

    public Uri At(string host, string path = "/hello", string scheme = "https") => new($"{scheme}://{host}:{Port}{path}");

    /// <summary>What came back: the body, or the refusal's code.</summary>
    public async Task<string> Get(Uri target, string tenant = Tenant, string dataClass = "phi", Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        with?.Invoke(request);
        var answer = await Egress.Send(tenant, dataClass, request, CancellationToken.None);
        return answer.Refused?.Code ?? await answer.Value!.Content.ReadAsStringAsync();
    }

    public Task<List<(string Action, string Subject, string Outcome)>> Audited() =>
        Store.Store.ReadList<(string, string, string)>("SELECT action, subject, outcome FROM audit_outbox WHERE tenant = @Tenant ORDER BY counter", new { Tenant }, CancellationToken.None);

    async Task Serve(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseHttps(certificate)));
        _app = builder.Build();
        _app.Use((http, next) =>
        {
            lock (Requests) Requests.Add((http.Request.Host.Host, http.Request.Headers.Authorization, http.Request.Headers.Cookie));
            return next(http);
        });
        _app.MapGet("/hello", (HttpRequest request) => $"hello from {request.Host.Host}");
        _app.MapMethods("/to", ["GET", "POST"], (string target, int? code) => new Redirect(target, code ?? 302));
        await _app.StartAsync();
        Port = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    sealed record Redirect(string Target, int Code) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = Code;
            httpContext.Response.Headers.Location = Target;
            return Task.CompletedTask;
        }
    }

    static (X509Certificate2, X509Certificate2Collection) Certificates()
    {
        var from = DateTimeOffset.UtcNow.AddDays(-1);
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=vendors' CA", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(from, from.AddDays(9));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=vendor", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in new[] { Vendor, Other, Stranger }) names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(root, from, from.AddDays(8), RandomNumberGenerator.GetBytes(16));
        using var whole = issued.CopyWithPrivateKey(key);
        return (X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null), [X509CertificateLoader.LoadCertificate(root.RawData)]);
    }

    public async ValueTask DisposeAsync()
    {
        Egress.Dispose();
        await _app.DisposeAsync();
        await Store.DisposeAsync();
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Authentication;
using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FirstRing.Tests.Platform.Contracts;

/// <summary>
/// A <c>records</c> service on a real Kestrel: one listener with mutual TLS as in a split fleet, one public without, and the loopback carrier. Only
/// <c>identity</c> may call it.
/// </summary>
internal sealed class ContractHost : IAsyncDisposable
{
    public const string Secret = "Rosalind of 12 Elm Street";

    readonly WebApplication _app;

    public static readonly PatientId Someone = PatientId.Parse("pat_0190b7a0c0de7000800000000000abcd", null);
    public TestAuthority Authority { get; } = new();
    public LoopbackServer Loopback { get; }
    public Uri Fleet { get; }
    public Uri Public { get; }
    public ConcurrentBag<string> Logs { get; } = [];

    /// <summary>Of the log of refusals.</summary>
    public FakeTimeProvider Clock { get; } = new();

    /// <summary>Scopes that were made and disposed of.</summary>
    public Scopes Counted { get; } = new();

    /// <summary>How a slow verb ended: true when its caller's going away reached it.</summary>
    public TaskCompletionSource<bool> SlowEnded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    ContractHost()
    {
        var tls = Authority.For("records");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new Recorder(Logs));
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseHttps(https =>
            {
                https.ServerCertificate = tls.Certificate;
                https.SslProtocols = SslProtocols.Tls13;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => tls.Accepts(certificate);
            }));
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        builder.Services.AddScoped(_ => new Scoped(Counted));
        builder.Services.AddSingleton(provider => new RefusalLog(provider.GetRequiredService<ILogger<RefusalLog>>(), Clock));
        var real = builder.Services.Last(service => service.ServiceType == typeof(IServer));
        builder.Services.Remove(real);
        builder.Services.AddSingleton(provider => new LoopbackServer((IServer)(real.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, real.ImplementationType!))));
        builder.Services.AddSingleton<IServer>(provider => provider.GetRequiredService<LoopbackServer>());
        _app = builder.Build();
        _app.UseWebSockets();
        _app.UseDoorRules();
        _app.UseContractDoor();
        _app.UseRouting();
        Routes(new ContractRoutes("records", _app, ContractsJson.Default.Options, new HashSet<string> { "identity" }));
        Door();
        _app.StartAsync().GetAwaiter().GetResult();
        Loopback = _app.Services.GetRequiredService<LoopbackServer>();
        var addresses = Loopback.Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address)).ToList();
        (Fleet, Public) = (addresses.Single(address => address.Scheme == "https"), addresses.Single(address => address.Scheme == "http"));
    }

    public static Task<ContractHost> Start() => Task.Run(() => new ContractHost());

    /// <summary>Clients of <paramref name="caller"/>, in process or over the wire.</summary>
    public ContractClients Clients(string caller, bool wire, TimeProvider? clock = null, MutualTls? tls = null) =>
        new(caller, _ => wire ? Fleet : null, Loopback, tls ?? Authority.For(caller), ContractsJson.Default.Options, clock ?? TimeProvider.System);

    static readonly Access Granted = Access.By("identity").For("clinician").ForItself();

    void Routes(ContractRoutes routes)
    {
        routes.Verb<GetPatient, Answer<Patient>>("get-patient", Granted, (request, caller, services, _) =>
        {
            services.GetRequiredService<Scoped>();
            return Task.FromResult<Answer<Patient>>(new Patient(request.Id, $"Ünï–{caller.Service}", $"{caller.Tenant}/{caller.Actor}/{caller.Role}", new DateOnly(1984, 2, 29), null, "a@b"));
        });
        routes.Verb<CheckBirthDate, Answer<BirthDateChecked>>("check-birth-date", Granted, (_, _, _, _) => Task.FromResult<Answer<BirthDateChecked>>(new Refusal("no-such-patient", "There is no such patient.", 404)));
        routes.Verb<GetPatients, Answer<PatientList>>("get-patients", Granted, (_, _, _, _) => throw new InvalidOperationException(Secret));
        routes.Verb<CreatePatient, Answer<PatientCreated>>("create-patient", Granted, async (_, _, _, stop) =>
        {
            try { await Task.Delay(Timeout.Infinite, stop); }
            catch (OperationCanceledException) { SlowEnded.TrySetResult(true); throw; }
            return new PatientCreated(Someone);
        });
        _app.MapPost("/contract/records/stalls", async http =>
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync("{\"value\":", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
    }

    void Door()
    {
        _app.MapMethods("/door", ["GET", "POST", "PUT", "DELETE", "HEAD"], () => "in");
        _app.MapPost("/form", async http => await http.Response.WriteAsync((await http.Request.ReadFormAsync(http.RequestAborted)).Count.ToString(CultureInfo.InvariantCulture)));
        _app.MapGet("/breaks", (HttpContext _) => { throw new InvalidDataException(Secret, new InvalidOperationException(Secret)); });
        _app.MapGet("/dependency", (HttpContext _) => { throw new HttpRequestException(Secret); });
        _app.MapGet("/untrusted", (HttpContext _) => { throw new Npgsql.NpgsqlException(Secret, new AuthenticationException(Secret)); });
        _app.MapGet("/locked", (HttpContext _) => { throw new Microsoft.Data.Sqlite.SqliteException(Secret, 5); });
        _app.MapGet("/gone", (HttpContext _) => { throw new Npgsql.NpgsqlException(Secret); });
        _app.MapGet("/mistake", (HttpContext _) => { throw new Microsoft.Data.Sqlite.SqliteException(Secret, 1, 1); });
        _app.MapGet("/behind", (HttpContext _) => { throw new FirstRing.Platform.Audit.AuditBehindException(Secret); });
        _app.MapGet("/half", async http =>
        {
            http.Response.Headers.ContentType = "text/html";
            http.Response.Headers["Set-Cookie"] = Secret;
            await Task.Yield();
            throw new InvalidDataException(Secret);
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Authority.Dispose();
    }

    internal sealed class Scopes
    {
        public int Made, Gone;
    }

    sealed class Scoped : IDisposable
    {
        readonly Scopes _scopes;

        public Scoped(Scopes scopes) => Interlocked.Increment(ref (_scopes = scopes).Made);
        public void Dispose() => Interlocked.Increment(ref _scopes.Gone);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using FirstRing.Contracts;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Outbox;
using FirstRing.Platform.Passes;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace FirstRing.Host;

/// <summary>
/// Runs one target in this process: (1) prepare the data folder, (2) open the stores in parallel, (3) register the modules, (4) listen, (5) check readiness,
/// (6) say so. The public door is TLS 1.3; a target of a split fleet listens on loopback and asks for a certificate of the internal CA instead.
/// </summary>
internal static class Serve
{
    /// <summary>Of any request, in bytes; a door may take less.</summary>
    const int LargestBody = 1 << 20;

    public static async Task<int> Run(Options options, TimeProvider clock)
    {
        var started = Stopwatch.GetTimestamp();
        var rows = Targets.ModulesOf(options.Target);
        var folder = new DataFolder(options.Data, clock);
        var split = options.Verb == "target" ? ServiceAddresses.Read(folder) : null;
        if (split is null) folder.Prepare(options.Demo, rootKeyNeeded: options.Keys is null);

        var provider = KeyProviders.Of(options.Keys, folder, clock);
        await using var stores = await OpenStores(rows, folder, options.Postgres, provider, clock);
        var builder = Builder(options, rows, folder, split, stores, clock);
        builder.Services.AddSingleton(provider);
        var app = builder.Build();
        folder.PeerRefused = app.Services.GetRequiredService<RefusalLog>().Peer;
        Map(app, rows, stores, options.Target, split is not null);
        if (split is not null) LeaveWithSupervisor(app);
        var renewing = split is null ? Renewal.Run(folder, clock, app.Lifetime.ApplicationStopping) : Task.CompletedTask;
        await app.StartAsync();

        await Readiness.WaitUntilReady(app.Services, stores, app.Lifetime.ApplicationStopping);
        var listening = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var port = new Uri(listening.First()).Port;
        if (split is null)
        {
            var inside = new Uri(listening.Last()).Port;
            ServiceAddresses.Write(folder, rows.ToDictionary(row => row.Name, _ => inside));
            folder.WriteRun(new RunState(port, [new RunningTarget(options.Target, Environment.ProcessId)]));
            await Announcement.Ready(folder, port, Stopwatch.GetElapsedTime(started));
        }
        await app.WaitForShutdownAsync();
        await renewing;
        await app.DisposeAsync();
        if (split is null) File.Delete(folder.RunFile);
        return 0;
    }

    static async Task<OpenStores> OpenStores(IReadOnlyList<ModuleRow> rows, DataFolder folder, string? postgres, IKeyProvider provider, TimeProvider clock)
    {
        var opened = await Task.WhenAll(rows.Where(row => row.Store).Select(row => Task.Run(async () =>
        {
            if (postgres is not null) await Stores.EnsureDatabase(folder, row.Name, postgres, CancellationToken.None);
            var store = new Store(row.Name, Stores.OptionsOf(folder, row.Name, postgres), provider, clock, ModuleTable.ConsumersOf);
            await store.Open([new SchemaSource(typeof(Store).Assembly), new SchemaSource(row.Make().GetType().Assembly)], CancellationToken.None);
            return store;
        })));
        return new OpenStores(opened);
    }

    static WebApplicationBuilder Builder(Options options, IReadOnlyList<ModuleRow> rows, DataFolder folder, ServiceAddresses? split, OpenStores stores, TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(Settings.Of(options, folder));
        LogLines.To(builder.Logging, forPerson: Terminal.IsWatched);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(4));
        Listen(builder, options, folder, split, clock);

        var services = builder.Services;
        services.AddSingleton(clock);
        services.AddSingleton<RefusalLog>();
        // A form with a file in it would be written to a temporary file, in clear, above 64 KB: whoever kills the process leaves it there.
        services.Configure<FormOptions>(form => form.MemoryBufferThreshold = LargestBody);
        services.AddSingleton(new PassReader(PassKeys.Read(folder.PassPublicKey), clock));
        services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = PerAddress.Refuse;
            limiter.GlobalLimiter = PerAddress.Limiter();
            foreach (var row in rows)
                limiter.AddConcurrencyLimiter(row.Name, bulkhead => (bulkhead.PermitLimit, bulkhead.QueueLimit) = (row.Parallel, row.Parallel / 4));
        });
        WrapServer(services);
        foreach (var row in rows)
        {
            services.AddKeyedSingleton(row.Name, (provider, _) => new ContractClients(row.Name,
                service => rows.Any(own => own.Name == service) ? null : split?.AddressOf(service),
                provider.GetRequiredService<LoopbackServer>(), split is null ? null : folder.TlsOf(row.Name), ContractsJson.Default.Options, clock));
            if (row.Store) services.AddKeyedSingleton(row.Name, stores.Of(row.Name));
            if (row.Emits.Count > 0)
                services.AddSingleton<IHostedService>(provider => new OutboxRelay(stores.Of(row.Name),
                    provider.GetRequiredKeyedService<ContractClients>(row.Name).Carry, provider.GetRequiredService<ILogger<OutboxRelay>>()));
            if (row.Store)
                services.AddSingleton<IHostedService>(provider => new AuditRelay(stores.Of(row.Name),
                    provider.GetRequiredKeyedService<ContractClients>(row.Name).CarryAudit, holdsBack: row.Name != AuditRelay.Log, provider.GetRequiredService<ILogger<AuditRelay>>()));
            row.Make().Register(new ModuleContext(row.Name, services, builder.Configuration.GetSection(row.Name), folder.StoreOf(row.Name)));
        }
        if (options.Target == Targets.Gateway) Gateway.Register(services, folder, split!);
        if (Listeners.Of(options.Target, alone: split is null).Contains(Listeners.Door)) MediaDoor.Register(services, folder, split, clock);
        return builder;
    }

    static void Listen(WebApplicationBuilder builder, Options options, DataFolder folder, ServiceAddresses? split, TimeProvider clock)
    {
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
            foreach (var listener in Listeners.Of(options.Target, alone: split is null))
                if (listener == Listeners.Door) Door(kestrel, options.Port, Certificates.Door(folder, clock));
                else if (listener == Listeners.Inside) Inside(kestrel, split?.PortOf(options.Target) ?? 0, folder.TlsOf(split is null ? Targets.Gateway : options.Target));
        });
    }

    // The demo's door is loopback only: its one-click links must not be reachable from elsewhere.
    static void Door(KestrelServerOptions kestrel, int port, CertificateFile certificate)
    {
        var made = new ConcurrentDictionary<X509Certificate2, SslServerAuthenticationOptions>();
        var tls = new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(made.GetOrAdd(certificate.Now(), static now => new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ServerCertificateContext = SslStreamCertificateContext.Create(now, null, offline: true),
                ApplicationProtocols = [MediaDoor.Turn, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11], // the first of ours that is offered
            })),
        };
        kestrel.Listen(IPAddress.Loopback, port, listener => MediaDoor.Around(listener, tls));
        if (port != 0 && File.Exists("/proc/net/if_inet6")) kestrel.Listen(IPAddress.IPv6Loopback, port, listener => MediaDoor.Around(listener, tls));
    }

    /// <summary>For whoever holds a service's certificate; one process has it too.</summary>
    internal static void Inside(KestrelServerOptions kestrel, int port, MutualTls tls) =>
        kestrel.Listen(IPAddress.Loopback, port, listener => listener.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls.Answering()) }));

    static void WrapServer(IServiceCollection services)
    {
        var real = services.Last(service => service.ServiceType == typeof(IServer));
        services.Remove(real);
        services.AddSingleton(provider => new LoopbackServer((IServer)(real.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, real.ImplementationType!))));
        services.AddSingleton<IServer>(provider => provider.GetRequiredService<LoopbackServer>());
    }

    static void Map(WebApplication app, IReadOnlyList<ModuleRow> rows, OpenStores stores, string target, bool behindGateway)
    {
        if (behindGateway && target != Targets.Gateway)
            app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor });
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(10), KeepAliveTimeout = TimeSpan.FromSeconds(10) });
        if (target == Targets.Gateway) app.UseSecurityHeaders();
        else app.UseDoorRules();
        app.UseContractDoor();
        app.UseRouting();
        app.UseRateLimiter();
        app.UseDoorAccess();
        app.MapGet("/healthz", () => Results.Text("alive")).WithMetadata(DoorAccess.Anyone());
        app.MapGet("/readyz", Task<IResult> (HttpContext http, CancellationToken _) => target == Targets.Gateway ? Gateway.Readyz(http) : Readiness.Answer(http))
            .WithMetadata(DoorAccess.Anyone());
        MapModules(app, rows, stores);
        if (target == Targets.Gateway) Gateway.Map(app);
        app.RequireAccess();
    }

    /// <summary>Everything that the modules answer, inside and at the door.</summary>
    internal static void MapModules(IEndpointRouteBuilder app, IReadOnlyList<ModuleRow> rows, OpenStores stores)
    {
        foreach (var row in rows)
        {
            var module = row.Make();
            var contract = new ContractRoutes(row.Name, app, ContractsJson.Default.Options, ModuleTable.CallersOf(row.Name), row.Consumes.ToHashSet(), ModuleTable.WithStore);
            module.MapContract(contract);
            if (row.Store) Keys.Stores.StoreDuties.Map(contract, stores.Of(row.Name));
            module.MapDoor(app.MapGroup("").RequireRateLimiting(row.Name));
        }
    }

    // The supervisor holds our standard input; when it goes, however it goes, that ends.
    static void LeaveWithSupervisor(WebApplication app) => _ = Task.Factory.StartNew(() =>
    {
        Terminal.WaitForEndOfInput();
        app.Lifetime.StopApplication();
    }, TaskCreationOptions.LongRunning);
}

/// <summary>The stores of this process, closed last.</summary>
internal sealed class OpenStores(IReadOnlyList<Store> stores) : IAsyncDisposable
{
    public IReadOnlyList<Store> All => stores;
    public Store Of(string service) => stores.Single(store => store.Service == service);

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores) await store.DisposeAsync();
    }
}

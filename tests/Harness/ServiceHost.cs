using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Outbox;
using FirstRing.Platform.Passes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Tests.Harness;

/// <summary>A module of a <see cref="ServiceHost"/>; <paramref name="Store"/> is null for a stand-in without one.</summary>
public sealed record HostedModule(string Name, IModule Module, TestStore? Store = null, IReadOnlyDictionary<string, string?>? Settings = null);

/// <summary>Modules in one process behind the real pipeline, contract routes and public doors, without a socket. Everyone may call everyone.</summary>
public sealed class ServiceHost : IAsyncDisposable
{
    static readonly HashSet<string> AnyCaller = ["identity", "scheduling", "records", "intake", "notifications", "messaging", "signaling", "media", "insights", "audit", "witness", "keys", "web"];

    readonly WebApplication _app;
    readonly HttpMessageInvoker _door;
    readonly ECDsa _passKey;

    ServiceHost(WebApplication app, ECDsa passKey, TimeProvider clock)
    {
        (_app, _passKey) = (app, passKey);
        _door = new HttpMessageInvoker(new LoopbackHandler(app.Services.GetRequiredService<LoopbackServer>(), ""));
        Signer = new PassSigner(passKey, clock);
    }

    public IServiceProvider Services => _app.Services;

    /// <summary>Signs passes that the host's doors accept.</summary>
    public PassSigner Signer { get; }

    public static async Task<ServiceHost> Start(TimeProvider clock, params IReadOnlyList<HostedModule> modules)
    {
        var passKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton<RefusalLog>();
        builder.Services.AddSingleton(new PassReader(passKey, clock));
        builder.Services.AddSingleton<LoopbackServer>(_ => new LoopbackServer(new NoServer()));
        builder.Services.AddSingleton<IServer>(provider => provider.GetRequiredService<LoopbackServer>());
        foreach (var name in AnyCaller)
            builder.Services.AddKeyedSingleton(name, (provider, _) =>
                new ContractClients(name, _ => null, provider.GetRequiredService<LoopbackServer>(), null, ContractsJson.Default.Options, clock));
        foreach (var module in modules)
        {
            var folder = module.Store?.Folder.Path ?? "";
            if (module.Store is { } store) builder.Services.AddKeyedSingleton(module.Name, store.Store);
            builder.Configuration.AddInMemoryCollection((module.Settings ?? new Dictionary<string, string?>())
                .Select(setting => KeyValuePair.Create($"{module.Name}:{setting.Key}", setting.Value)));
            module.Module.Register(new ModuleContext(module.Name, builder.Services, builder.Configuration.GetSection(module.Name), folder));
        }
        var app = builder.Build();
        app.UseDoorRules();
        app.UseContractDoor();
        app.UseRouting();
        app.UseDoorAccess();
        foreach (var module in modules)
        {
            module.Module.MapContract(new ContractRoutes(module.Name, app, ContractsJson.Default.Options, AnyCaller));
            module.Module.MapDoor(app.MapGroup(""));
        }
        app.RequireAccess();
        await app.StartAsync();
        return new ServiceHost(app, passKey, clock);
    }

    /// <summary>A client of a module's contract, as the module named <paramref name="from"/> holds it.</summary>
    public T Client<T>(string service, string from = "web") where T : class => Services.Client<T>(from, service);

    /// <summary>An event from another service's outbox.</summary>
    public Task Deliver<T>(string from, string to, string type, string tenant, T body) => Services.GetRequiredKeyedService<ContractClients>(from).Carry(to,
        new OutboxEvent(NewId.Random(), type, tenant, 0, JsonSerializer.SerializeToElement(body, ContractsJson.Default.Options)), default);

    /// <summary>A request at the public door.</summary>
    public async Task<DoorAnswer> Send(HttpMethod method, string path, string? json = null, string? pass = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"https://localhost{path}"));
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (pass is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", pass);
        using var response = await _door.SendAsync(request, CancellationToken.None);
        return new DoorAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());
    }

    /// <summary>A form at the public door, or without one a question; the answer whole, with its headers.</summary>
    public async Task<HttpResponseMessage> Ask(string path, IEnumerable<KeyValuePair<string, string>>? form = null, string? bearer = null, string? origin = null, string host = "localhost", HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? (form is null ? HttpMethod.Get : HttpMethod.Post), new Uri($"https://{host}{path}"));
        if (form is not null) request.Content = new FormUrlEncodedContent(form);
        if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        if (origin is not null) request.Headers.Add("Origin", origin);
        return await _door.SendAsync(request, CancellationToken.None);
    }

    /// <summary>Any request at the public door; the answer whole.</summary>
    public async Task<HttpResponseMessage> Exchange(HttpMethod method, string path, string? pass, HttpContent? body = null, params IEnumerable<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(method, new Uri($"https://localhost{path}")) { Content = body };
        if (pass is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", pass);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await _door.SendAsync(request, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _door.Dispose();
        _passKey.Dispose();
    }

    sealed class NoServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();
        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public void Dispose() { }
    }
}

/// <summary>What a public door answered.</summary>
public sealed record DoorAnswer(int Status, string? MediaType, string Body)
{
    /// <summary>The stable code of a problem document; null where it is none.</summary>
    public string? Code
    {
        get
        {
            if (MediaType != "application/problem+json") return null;
            using var document = System.Text.Json.JsonDocument.Parse(Body);
            return document.RootElement.GetProperty("code").GetString();
        }
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Outbox;
using FirstRing.Platform.Passes;
using FirstRing.Platform.Storage;
using FirstRing.Signaling;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Placement;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Tests.Signaling.Doors;

/// <summary>The signaling service behind Kestrel on loopback, as the host runs it but for TLS: one port speaks HTTP/1.1, the other HTTP/2.</summary>
internal sealed class SignalingNode : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly Task _beats;
    readonly CancellationTokenSource _stop = new();

    SignalingNode(WebApplication app, Store store, MediaFleet media)
    {
        (_app, Store) = (app, store);
        var addresses = app.Services.GetRequiredService<LoopbackServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address)).ToList();
        (Http1, Http2) = (addresses[0], addresses[1]);
        _beats = Beat(media);
    }

    public Store Store { get; }
    public Uri Http1 { get; }
    public Uri Http2 { get; }
    public IServiceProvider Services => _app.Services;
    internal Departures Departures => Services.GetServices<IHostedService>().OfType<Departures>().Single();

    /// <summary>The contract as <paramref name="caller"/> has it; from here on the test acts for them.</summary>
    public ISignalingClient Contract(Caller caller)
    {
        Acting.As(caller);
        return _app.Services.Client<ISignalingClient>(caller.Service, "signaling");
    }

    public static async Task<SignalingNode> Start(Store store, MediaFleet media, ECDsa passKey, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http2);
        });
        var services = builder.Services;
        services.AddSingleton(clock);
        services.AddSingleton(new PassReader(passKey, clock));
        services.AddKeyedSingleton("signaling", store);
        foreach (var name in new[] { "signaling", "media", "messaging", "scheduling", "identity", "web" })
            services.AddKeyedSingleton(name, (provider, _) =>
                new ContractClients(name, _ => null, provider.GetRequiredService<LoopbackServer>(), null, ContractsJson.Default.Options, clock));
        var real = services.Last(service => service.ServiceType == typeof(IServer));
        services.Remove(real);
        services.AddSingleton(provider => new LoopbackServer((IServer)(real.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, real.ImplementationType!))));
        services.AddSingleton<IServer>(provider => provider.GetRequiredService<LoopbackServer>());
        var module = new SignalingModule();
        module.Register(new ModuleContext("signaling", services, builder.Configuration.GetSection("signaling"), ""));
        services.AddSingleton<MediaNodeAt>(media.At);
        var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(10), KeepAliveTimeout = TimeSpan.FromSeconds(10) });
        app.UseDoorRules();
        app.UseContractDoor();
        app.UseRouting();
        app.UseDoorAccess();
        module.MapContract(new ContractRoutes("signaling", app, ContractsJson.Default.Options, new HashSet<string> { "media", "messaging", "scheduling", "identity", "web" }));
        module.MapDoor(app);
        app.RequireAccess();
        await app.StartAsync();
        return new SignalingNode(app, store, media);
    }

    async Task Beat(MediaFleet media)
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (var node in media.Live)
                foreach (var call in (await Nodes.Beat(Store, node.Beat(), CancellationToken.None)).Drop) node.Drop(call);
            await Task.Delay(500, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>An event from another service's outbox.</summary>
    public Task Deliver<T>(string from, string type, string tenant, T body, Guid? id = null) => Services.GetRequiredKeyedService<ContractClients>(from).Carry("signaling",
        new OutboxEvent(id ?? NewId.Random(), type, tenant, 0, JsonSerializer.SerializeToElement(body, ContractsJson.Default.Options)), default);

    /// <summary>Puts an event into a call's log.</summary>
    public Task<long> Append(string call, string audience, string type, string message) => Store.Commit(Caller.System("signaling"), transaction =>
        CallLog.Append(transaction, call, audience, type, new ChatBody(message), SignalJson.Default.ChatBody), default);

    /// <summary>Everything that could ever be sent in a call, as rows.</summary>
    public Task<List<EventRow>> Log(string call) => Store.ReadList<EventRow>(
        "SELECT sequence AS Sequence, type AS Type, at AS At, body AS Body FROM call_events WHERE call = @call ORDER BY sequence", new { call }, default);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beats;
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(hurry.Token);
        await _app.DisposeAsync();
        _stop.Dispose();
    }
}

#pragma warning disable RS0030 // HttpClient: the one place where contract traffic leaves a service
using System.Net;
using System.Text.Json;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Outbox;
using Refit;

namespace FirstRing.Platform.Contracts;

/// <summary>Where services are: null for one in this process.</summary>
public delegate Uri? ServiceAddress(string service);

/// <summary>
/// Makes the contract clients of one calling service. In process or over HTTP/2 with mutual TLS is decided here, per callee, by the address book;
/// everything else (interface, serializer, routes, policy) is the same.
/// </summary>
public sealed class ContractClients(string callingService, ServiceAddress addressOf, LoopbackServer loopback, MutualTls? tls, JsonSerializerOptions json, TimeProvider clock)
    : IDisposable
{
    readonly Dictionary<string, HttpClient> _carriers = [];
    readonly System.Collections.Concurrent.ConcurrentDictionary<(Type, string), object> _clients = new();
    readonly Lock _gate = new();

    /// <summary>A client of <paramref name="service"/>'s contract <typeparamref name="T"/>.</summary>
    public T For<T>(string service) where T : class => At<T>(service, addressOf(service));

    /// <summary>A client of a contract at one given address, where a service has several nodes; null is this process.</summary>
    public T At<T>(string service, Uri? address) where T : class => (T)_clients.GetOrAdd((typeof(T), $"{service} {address?.Authority}"), _ =>
        RestService.For<T>(Carrier(service, address), new RefitSettings(new SystemTextJsonContentSerializer(json))
        {
            // As it happened: whoever calls a neighbour expects HttpRequestException of one that is away, and Refit would wrap it in an exception of its own.
            TransportExceptionFactory = (_, failure, _) => failure,
        }));

    /// <summary>Carries outbox events to a consumer's inbox. Throws where it did not take the event.</summary>
    public async Task Carry(string consumer, OutboxEvent @event, CancellationToken stop)
    {
        var wire = new OutboxWire(@event.Id, @event.Type, @event.Tenant, @event.At, @event.Body);
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(wire, PlatformJson.Default.OutboxWire));
        content.Headers.ContentType = new("application/json");
        using var response = await Carrier(consumer, addressOf(consumer)).PostAsync(new Uri($"{ContractRoutes.Prefix}/{consumer}/events", UriKind.Relative), content, stop);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Carries rows of this service's audit chain to the log.</summary>
    public async Task<AuditTaken> CarryAudit(AuditBatch batch, CancellationToken stop)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(batch, PlatformJson.Default.AuditBatch));
        content.Headers.ContentType = new("application/json");
        using var response = await Carrier(AuditRelay.Log, addressOf(AuditRelay.Log)).PostAsync(new Uri($"{ContractRoutes.Prefix}/{AuditRelay.Log}/rows", UriKind.Relative), content, stop);
        response.EnsureSuccessStatusCode();
        return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(stop), PlatformJson.Default.AuditTaken)!;
    }

    HttpClient Carrier(string service, Uri? address)
    {
        lock (_gate)
        {
            var key = $"{service} {address?.Authority}";
            if (_carriers.TryGetValue(key, out var carrier)) return carrier;
            HttpMessageHandler way = address is null ? new LoopbackHandler(loopback, callingService) : Wire(service);
            carrier = new HttpClient(new ContractPolicy(callingService, ContractLimits.Default, clock, way))
            {
                BaseAddress = address ?? new Uri("https://in-process"),
                DefaultRequestVersion = HttpVersion.Version20,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Timeout = Timeout.InfiniteTimeSpan,
            };
            return _carriers[key] = carrier;
        }
    }

    SocketsHttpHandler Wire(string service)
    {
        var own = tls ?? throw new InvalidOperationException("A service in another process needs the internal CA.");
        return new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            SslOptions = own.Towards(service),
        };
    }

    public void Dispose()
    {
        foreach (var carrier in _carriers.Values) carrier.Dispose();
    }
}

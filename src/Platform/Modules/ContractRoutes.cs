using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Platform.Modules;

/// <summary>
/// The server side of a contract: <c>POST /contract/{service}/{verb}</c>, JSON in, JSON out, caller from the headers. The routes are the same whether the
/// call comes in process or over HTTP/2; a route only answers a service whose row in the host's table says that it needs this one, and then only what the
/// verb's own declaration grants. <paramref name="events"/>: the types of events that it takes; <paramref name="stores"/>: services that have a store, and so
/// rows to bring to the audit log; null, in a host of tests, for any.
/// </summary>
public sealed class ContractRoutes(string service, IEndpointRouteBuilder routes, JsonSerializerOptions json, IReadOnlySet<string> callers, IReadOnlySet<string>? events = null,
    IReadOnlySet<string>? stores = null)
{
    public const string Prefix = "/contract", Inbox = "events", AuditRows = "rows";
    const long LargestBody = 256 * 1024;

    /// <summary>
    /// Maps a verb for those whom <paramref name="access"/> lets use it; to all others it says <c>not-allowed</c> before the handler is asked. A tenant that the
    /// request names must be the caller's. The handler's services are taken from the request's scope by type.
    /// </summary>
    public void Verb<TRequest, TResponse>(string verb, Access access, Func<TRequest, Caller, IServiceProvider, CancellationToken, Task<TResponse>> handle)
    {
        var requestType = (JsonTypeInfo<TRequest>)json.GetTypeInfo(typeof(TRequest));
        var responseType = (JsonTypeInfo<TResponse>)json.GetTypeInfo(typeof(TResponse));
        var tenantOf = requestType.Properties.FirstOrDefault(property => property.Name == "tenant")?.Get;
        routes.MapPost($"{Prefix}/{service}/{verb}", async (HttpContext http) =>
        {
            var caller = CallerHeaders.Read(http.Request.Headers, ContractDoor.CallingService(http));
            // Before the body is read: who has no grant at all is not listened to.
            if (caller is null || !callers.Contains(caller.Service) || !access.Allows(caller, null)) return Problem.NotAllowed;
            var (request, refused) = await Read(http, requestType);
            if (request is null) return refused;
            if (!access.Allows(caller, tenantOf?.Invoke(request)?.ToString())) return Problem.NotAllowed;
            Acting.As(caller);
            return Results.Json(await handle(request, caller, http.RequestServices, http.RequestAborted), responseType);
        }).WithMetadata(new ContractRoute(service, verb, access, typeof(TRequest), typeof(TResponse)));
    }

    /// <summary>
    /// Maps the inbox: events this service consumes, each at least once; the handler makes it once by <c>Transaction.FirstTime</c>. Only their owner may
    /// bring them, by which the type's name begins, and nobody any other.
    /// </summary>
    public void On(JsonTypeInfo<OutboxWire> envelope, Func<OutboxWire, IServiceProvider, CancellationToken, Task> handle)
    {
        var owners = events is null ? callers : callers.Where(caller => events.Any(type => IsOf(type, caller))).ToHashSet();
        routes.MapPost($"{Prefix}/{service}/{Inbox}", async (HttpContext http) =>
        {
            if (ContractDoor.CallingService(http) is not { } from || !owners.Contains(from)) return Problem.NotAllowed;
            var (@event, refused) = await Read(http, envelope);
            if (@event is null) return refused;
            if (!IsOf(@event.Type, from) || events?.Contains(@event.Type) == false) return Problem.NotAllowed;
            await handle(@event, http.RequestServices, http.RequestAborted);
            return Results.NoContent();
        }).WithMetadata(new ContractRoute(service, Inbox, Access.By([.. owners]).ForItself(), typeof(OutboxWire), typeof(void)));
    }

    static bool IsOf(string type, string owner) => type.StartsWith($"{owner}.", StringComparison.Ordinal);

    /// <summary>Maps the intake of the audit log: a store's rows, from the service whose store it is and nobody else; whoever has no store has none to bring.</summary>
    public void TakeAudit(Func<AuditBatch, IServiceProvider, CancellationToken, Task<AuditTaken>> handle) =>
        routes.MapPost($"{Prefix}/{service}/{AuditRows}", async (HttpContext http) =>
        {
            if (ContractDoor.CallingService(http) is not { } from || stores?.Contains(from) == false) return Problem.NotAllowed;
            var (batch, refused) = await Read(http, PlatformJson.Default.AuditBatch);
            if (batch is null) return refused;
            return from == batch.Store
                ? Results.Json(await handle(batch, http.RequestServices, http.RequestAborted), PlatformJson.Default.AuditTaken)
                : Problem.NotAllowed;
        }).WithMetadata(new ContractRoute(service, AuditRows, Access.By(stores is null ? [Access.EveryService] : [.. stores]).ForItself(), typeof(AuditBatch), typeof(AuditTaken)));

    static async Task<(T? Value, Problem Refused)> Read<T>(HttpContext http, JsonTypeInfo<T> type)
    {
        if (http.Request.ContentLength is > LargestBody) return (default, Problem.TooLarge);
        // A body of unknown length is cut off where it passes the limit.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = LargestBody;
        try { return (await JsonSerializer.DeserializeAsync(http.Request.Body, type, http.RequestAborted), Problem.BadJson); }
        catch (JsonException) { return (default, Problem.BadJson); }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge) { return (default, Problem.TooLarge); }
    }
}

/// <summary>An event on the wire between services; the same shape as <c>Contracts.EventEnvelope</c>.</summary>
public sealed record OutboxWire(Guid Id, string Type, string Tenant, long At, JsonElement Body);

/// <summary>Marks a route as not for the public door, and says who may use it.</summary>
public sealed record ContractRoute(string Service, string Verb, Access Access, Type Request, Type Response);

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
/// call comes in process or over HTTP/2; a route only answers a service whose row in the host's table says that it needs this one.
/// </summary>
public sealed class ContractRoutes(string service, IEndpointRouteBuilder routes, JsonSerializerOptions json, IReadOnlySet<string> callers)
{
    public const string Prefix = "/contract";
    const long LargestBody = 256 * 1024;

    /// <summary>Maps a verb. The handler's services are taken from the request's scope by type.</summary>
    public void Verb<TRequest, TResponse>(string verb, Func<TRequest, Caller, IServiceProvider, CancellationToken, Task<TResponse>> handle)
    {
        var requestType = (JsonTypeInfo<TRequest>)json.GetTypeInfo(typeof(TRequest));
        var responseType = (JsonTypeInfo<TResponse>)json.GetTypeInfo(typeof(TResponse));
        routes.MapPost($"{Prefix}/{service}/{verb}", async (HttpContext http) =>
        {
            var caller = CallerHeaders.Read(http.Request.Headers, ContractDoor.CallingService(http));
            if (caller is null || !callers.Contains(caller.Service)) return Results.StatusCode(StatusCodes.Status403Forbidden);
            var (request, refused) = await Read(http, requestType);
            if (request is null) return refused;
            Acting.As(caller);
            return Results.Json(await handle(request, caller, http.RequestServices, http.RequestAborted), responseType);
        }).WithMetadata(new ContractRoute(service));
    }

    /// <summary>Maps the inbox: events this service consumes, each at least once; the handler makes it once by <c>Transaction.FirstTime</c>.</summary>
    public void On(JsonTypeInfo<OutboxWire> envelope, Func<OutboxWire, IServiceProvider, CancellationToken, Task> handle) =>
        routes.MapPost($"{Prefix}/{service}/events", async (HttpContext http) =>
        {
            if (ContractDoor.CallingService(http) is not { } from || !callers.Contains(from)) return Results.StatusCode(StatusCodes.Status403Forbidden);
            var (@event, refused) = await Read(http, envelope);
            if (@event is null) return refused;
            await handle(@event, http.RequestServices, http.RequestAborted);
            return Results.NoContent();
        }).WithMetadata(new ContractRoute(service));

    /// <summary>Maps the intake of the audit log: a store's rows, from the service whose store it is and nobody else.</summary>
    public void TakeAudit(Func<AuditBatch, IServiceProvider, CancellationToken, Task<AuditTaken>> handle) =>
        routes.MapPost($"{Prefix}/{service}/rows", async (HttpContext http) =>
        {
            if (ContractDoor.CallingService(http) is not { } from) return Results.StatusCode(StatusCodes.Status403Forbidden);
            var (batch, refused) = await Read(http, PlatformJson.Default.AuditBatch);
            if (batch is null) return refused;
            return from == batch.Store
                ? Results.Json(await handle(batch, http.RequestServices, http.RequestAborted), PlatformJson.Default.AuditTaken)
                : Results.StatusCode(StatusCodes.Status403Forbidden);
        }).WithMetadata(new ContractRoute(service));

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

/// <summary>Marks a route as not for the public door.</summary>
public sealed record ContractRoute(string Service);

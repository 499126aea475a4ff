using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Platform.Uploads;
using Microsoft.AspNetCore.Http.Timeouts;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace FirstRing.Host;

/// <summary>The public door of a split fleet: forwards by path prefix, over mutual TLS, to the target that owns it.</summary>
internal static class Gateway
{
    public static void Register(IServiceCollection services, DataFolder folder, ServiceAddresses split)
    {
        var tls = folder.TlsOf(Targets.Gateway);
        var open = ModuleTable.Rows.Where(row => row.Doors.Count > 0).ToList();
        var routes = open.SelectMany(row => row.Doors.Select(door => new RouteConfig
        {
            RouteId = $"{row.Name} {door}",
            ClusterId = row.Name,
            Order = door == "/" ? 100 : 0,
            Match = new RouteMatch { Path = door == "/" ? "/{**rest}" : $"{door}/{{**rest}}" },
            Timeout = TimeSpan.FromSeconds(12) is var limit && row.Name == "signaling" ? null : limit,
        }).Concat(row.Files.Select(path => new RouteConfig
        {
            RouteId = $"{row.Name} {path}",
            ClusterId = row.Name,
            Order = -1,
            Match = new RouteMatch { Path = $"{path}/{{**rest}}" },
            Timeout = Uploads.Longest + TimeSpan.FromSeconds(30),
            MaxRequestBodySize = UploadModules.LargestBody,
        }))).ToList();
        var clusters = open.Select(row => new ClusterConfig
        {
            ClusterId = row.Name,
            Destinations = new Dictionary<string, DestinationConfig> { [row.Name] = new() { Address = split.AddressOf(row.Name).ToString() } },
            HttpRequest = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromMinutes(2) },
        }).ToList();
        services.AddRequestTimeouts();
        services.AddReverseProxy()
            .LoadFromMemory(routes, clusters)
            .AddTransforms(context => context.AddOriginalHost())
            .ConfigureHttpClient((_, handler) =>
            {
                handler.ConnectTimeout = TimeSpan.FromSeconds(2);
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(10); // the next one shows the certificate of its day
                handler.SslOptions = tls.Towards();
            });
        services.AddSingleton(new FleetProbe(split, FleetProbe.Client(tls)));
    }

    public static void Map(WebApplication app)
    {
        app.UseRequestTimeouts();
        app.MapReverseProxy(proxy => proxy.Use(async (http, next) =>
        {
            await next(http);
            if (http.GetForwarderErrorFeature() is null || http.Response.HasStarted) return;
            // A target that took too long looks like a browser that went away: both end the request's token. To the one that waits it is said.
            if (http.Features.Get<IHttpRequestTimeoutFeature>() is { RequestTimeoutToken.IsCancellationRequested: true })
            {
                http.RequestAborted = CancellationToken.None;
                await Problem.Unavailable.ExecuteAsync(http);
                return;
            }
            if (http.RequestAborted.IsCancellationRequested) return;
            // Nobody answered, or not in time: what is said of it is ours. Any other status is the target's answer, whole, to a body that it did not read to its end.
            Problem? ours = http.Response.StatusCode switch { 413 => Problem.TooLarge, 502 or 503 or 504 => Problem.Unavailable, _ => null };
            if (ours is not null) await ours.ExecuteAsync(http);
        })).WithMetadata(DoorAccess.Target);
    }

    /// <summary>The fleet's readiness, target by target; 503 while any is not ready.</summary>
    public static async Task<IResult> Readyz(HttpContext http)
    {
        var states = await http.RequestServices.GetRequiredService<FleetProbe>().Ask(http.RequestAborted);
        return Results.Text(JsonSerializer.Serialize(states, HostJson.Default.DictionaryStringString), "application/json",
            statusCode: states.Values.All(state => state == "ready") ? 200 : 503);
    }
}

/// <summary>Asks every target of a split fleet whether it is ready.</summary>
internal sealed class FleetProbe(ServiceAddresses split, HttpMessageInvoker client) : IDisposable
{
    /// <summary>The gateway shows the <paramref name="door"/>'s certificate, every other target one of the internal CA.</summary>
    public static HttpMessageInvoker Client(Platform.Contracts.MutualTls tls, X509Certificate2? door = null)
    {
        var ssl = tls.Towards();
        ssl.RemoteCertificateValidationCallback = (_, certificate, _, _) => tls.Accepts(certificate as X509Certificate2) || (door is not null && door.Equals(certificate));
        return OwnProcesses.Client(ssl, TimeSpan.FromSeconds(1));
    }

    public async Task<Dictionary<string, string>> Ask(CancellationToken stop)
    {
        var answers = await Task.WhenAll(ModuleTable.Rows.Select(async row => (row.Name, State: await Ask(row.Name, stop) ? "ready" : "not ready")));
        return answers.ToDictionary(answer => answer.Name, answer => answer.State);
    }

    public async Task<bool> Ask(string target, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(split.AddressOf(target), "/readyz"));
            using var response = await client.SendAsync(request, limit.Token);
            return response.IsSuccessStatusCode;
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose() => client.Dispose();
}

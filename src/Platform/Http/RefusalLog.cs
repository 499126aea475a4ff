using FirstRing.Platform.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Platform.Http;

/// <summary>
/// Says in the log what was refused at the doors and between services: no or another's proof, not allowed, malformed, too large, too often. By route and code, never
/// by who or what; the first at once, and what follows within ten seconds as one count, so that a flood of requests is no flood of lines.
/// </summary>
public sealed partial class RefusalLog(ILogger<RefusalLog> logger, TimeProvider clock)
{
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    static readonly Problem NotTrusted = new("peer-not-trusted", "The other side is no service of this platform.", 403);

    // As many as there are routes, callers and codes: all three are ours.
    readonly Dictionary<(string Route, string Caller, Problem Why), Waiting> _waiting = [];
    readonly Lock _gate = new();

    /// <summary>Where no such log is kept, nothing is said.</summary>
    public static void Add(HttpContext http, Problem why)
    {
        if (why.Status is 400 or 401 or 403 or 413 or 422 or 429 || why == Problem.Busy) http.RequestServices.GetService<RefusalLog>()?.Take(http, why);
    }

    /// <summary>A handshake between services in which <paramref name="other"/> showed no certificate of ours.</summary>
    public void Peer(string other) => Take(("tls", other, NotTrusted));

    void Take(HttpContext http, Problem why) => Take(((http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none", ContractDoor.CallingService(http) ?? "door", why));

    void Take((string Route, string Caller, Problem Why) key)
    {
        lock (_gate)
        {
            if (_waiting.TryGetValue(key, out var waiting))
            {
                waiting.More++;
                return;
            }
            _waiting[key] = new Waiting(clock.CreateTimer(_ => Tell(key), null, Window, Timeout.InfiniteTimeSpan));
        }
        Say(key, 1);
    }

    void Tell((string Route, string Caller, Problem Why) key)
    {
        Waiting? waiting;
        lock (_gate) _waiting.Remove(key, out waiting);
        if (waiting is null) return;
        waiting.End.Dispose();
        if (waiting.More > 0) Say(key, waiting.More);
    }

    void Say((string Route, string Caller, Problem Why) key, int count) => LogRefused(logger, count, key.Route, key.Caller, refusal: key.Why.Code);

    sealed class Waiting(ITimer end)
    {
        public ITimer End => end;
        public int More { get; set; }
    }

    [LoggerMessage(1, LogLevel.Warning, "Refused {Count} at {Route} from {Service}: {Refusal}")]
    static partial void LogRefused(ILogger logger, int count, string route, string service, string refusal);
}

using Dapper;
using FirstRing.Contracts;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Signaling.Admission;

/// <summary>Who is in the lobby, waiting and in the call, for lists. Open calls only.</summary>
internal static class PresenceQuery
{
    const int Most = 200;

    // Properties, not a constructor: SQLite knows no type of a computed column while there is no row, and a constructor is matched by types.
    sealed class Row
    {
        public string Call { get; init; } = "";
        public string State { get; init; } = "";
        public long Count { get; init; }
        public long WaitingSince { get; init; }
    }

    public static async Task<PresenceList> Get(Store store, GetPresence request, Caller caller, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is null) return new PresenceList([]);
        var asked = request.Calls.Take(Most).Select(call => call.ToString()).ToList();
        var recent = Platform.Ids.Instant.Microseconds(store.Clock) - (long)Presence.Grace.TotalMicroseconds;
        var rows = asked.Count == 0 ? [] : await store.ReadList<Row>(
            $"""
            SELECT p.call AS Call, p.state AS State, COUNT(*) AS Count, MIN(p.waiting_since) AS WaitingSince FROM participants p JOIN calls c ON c.call = p.call
            WHERE c.state = 'open' AND c.tenant = @tenant AND c.call IN ({ParameterNames(asked.Count)})
              AND p.role <> 'clinician' AND (p.state <> 'lobby' OR p.last_seen > @recent)
            GROUP BY p.call, p.state
            """,
            Parameters(asked, request.Tenant.ToString(), recent), stop);
        return new PresenceList([.. rows.GroupBy(row => row.Call).Select(call => new CallPresence(TypedId.Parse<CallId>(call.Key),
            Count(call, "lobby"), Count(call, "waiting"), Count(call, "admitted"),
            call.FirstOrDefault(row => row.State == "waiting")?.WaitingSince))]);
    }

    // Neither store takes a list as the other does.
    static string ParameterNames(int count) => string.Join(',', Enumerable.Range(0, count).Select(number => $"@call{number}"));

    static DynamicParameters Parameters(IReadOnlyList<string> calls, string tenant, long recent)
    {
        var parameters = new DynamicParameters(new { tenant, recent });
        for (var number = 0; number < calls.Count; number++) parameters.Add($"call{number}", calls[number]);
        return parameters;
    }

    static int Count(IEnumerable<Row> rows, string state) => (int)(rows.FirstOrDefault(row => row.State == state)?.Count ?? 0);
}

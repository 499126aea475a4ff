using System.Text.Json;
using Dapper;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;

namespace FirstRing.Host;

/// <summary>Ready means: every store answers and every module's own check passes.</summary>
internal static class Readiness
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), OneCheck = TimeSpan.FromSeconds(2);

    public static async Task WaitUntilReady(IServiceProvider services, OpenStores stores, CancellationToken stop)
    {
        var clock = services.GetRequiredService<TimeProvider>();
        var from = clock.GetTimestamp();
        while (true)
        {
            var states = await Check(services, stores.All, stop);
            var missing = states.Where(state => !state.Value).Select(state => state.Key).ToList();
            if (missing.Count == 0) return;
            if (clock.GetElapsedTime(from) > Patience) throw new InvalidOperationException($"Not ready: {string.Join(", ", missing)}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock, stop);
        }
    }

    public static async Task<IResult> Answer(HttpContext http)
    {
        var services = http.RequestServices;
        var stores = ModuleTable.Rows.Where(row => row.Store).Select(row => services.GetKeyedService<Store>(row.Name)).OfType<Store>().ToList();
        var states = await Check(services, stores, http.RequestAborted);
        return Results.Text(JsonSerializer.Serialize(states.ToDictionary(state => state.Key, state => state.Value ? "ready" : "not ready"),
            HostJson.Default.DictionaryStringString), "application/json", statusCode: states.Values.All(ready => ready) ? 200 : 503);
    }

    static async Task<Dictionary<string, bool>> Check(IServiceProvider services, IReadOnlyList<Store> stores, CancellationToken stop)
    {
        var checks = services.GetServices<ReadinessCheck>()
            .Concat(stores.Select(store => new ReadinessCheck(store.Service, async token => await store.Read(connection => connection.ExecuteScalarAsync<long>("SELECT 1"), token) == 1)));
        var results = await Task.WhenAll(checks.Select(async check => (check.Module, Ready: await Passes(check, stop))));
        return results.GroupBy(result => result.Module).ToDictionary(group => group.Key, group => group.All(result => result.Ready));
    }

    static async Task<bool> Passes(ReadinessCheck check, CancellationToken stop)
    {
        try
        {
            return await check.Check(stop).WaitAsync(OneCheck, stop);
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            return false; // not ready is the answer, whatever the reason
        }
    }
}

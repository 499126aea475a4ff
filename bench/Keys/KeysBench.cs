using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FirstRing.Bench.Load;
using FirstRing.Bench.Machine;
using FirstRing.Platform.Http;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;

namespace FirstRing.Bench.Keys;

/// <summary>What rotating all tenants' keys costs those who work meanwhile: sealed writes and reads at a fixed rate, without and with rotation, latency from the intended start;
/// and how many keys are wrapped anew per second. On SQLite, or with <c>--postgres CONNECTION</c> on a database of its own.</summary>
internal static class KeysBench
{
    const int Tenants = 100, PerSecond = 100, ManyTenants = 2000;
    static readonly TimeSpan Length = TimeSpan.FromSeconds(20);
    static readonly CancellationToken Never = CancellationToken.None;

    public static async Task<int> Run(IReadOnlyList<string> arguments, TimeProvider clock)
    {
        var folder = Directory.CreateTempSubdirectory("firstring-bench-").FullName;
        try
        {
            KeyFileProvider.EnsureFile(Path.Combine(folder, "root.key"));
            using var provider = new KeyFileProvider(Path.Combine(folder, "root.key"), clock);
            var options = arguments is ["--postgres", var connection] ? new StoreOptions(Dialect.Postgres, connection) : new StoreOptions(Dialect.Sqlite, $"Data Source={Path.Combine(folder, "store.db")}");
            await using var store = new Store("bench", options, provider, clock, _ => []);
            await store.Open([new SchemaSource(typeof(Store).Assembly)], Never);
            var tenants = Enumerable.Range(0, Tenants).Select(number => $"ten_{number}").ToList();
            foreach (var tenant in tenants) await Work(store, tenant);

            var quiet = await QuietMachine.Wait(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), clock);
            var (without, failedWithout) = await Load(store, tenants, null);
            using var stop = new CancellationTokenSource();
            var rotated = 0;
            var (with, failed) = await Load(store, tenants, async () =>
            {
                for (var version = 1; !stop.IsCancellationRequested; version++)
                {
                    foreach (var tenant in tenants) await provider.Rotate(tenant, version, Never);
                    while ((await store.Rewrap(tenants, 1000, Never)).Values.Sum() > 0) { }
                    rotated += tenants.Count;
                    await Task.Delay(TimeSpan.FromSeconds(2), stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }, stop);
            var figures = new SortedDictionary<string, double>
            {
                ["failed"] = failed + failedWithout, ["p50_ms"] = with.Milliseconds(0.5), ["p50_without_ms"] = without.Milliseconds(0.5), ["p99_ms"] = with.Milliseconds(0.99),
                ["p99_without_ms"] = without.Milliseconds(0.99), ["rewraps_per_s"] = await Rewraps(store, provider), ["rotated"] = rotated, ["quiet"] = quiet ? 1 : 0,
            };
            Console.WriteLine(JsonSerializer.Serialize(new { bench = "keys", ours = figures, rival = (object?)null, load1 = QuietMachine.Load1(), commit = Environment.GetEnvironmentVariable("FIRSTRING_COMMIT") }));
            return failed + failedWithout == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<(LatencyHistogram, int Failed)> Load(Store store, IReadOnlyList<string> tenants, Func<Task>? meanwhile, CancellationTokenSource? stop = null)
    {
        var (latencies, failed) = (new LatencyHistogram(), 0);
        var rotating = meanwhile is null ? Task.CompletedTask : Task.Run(meanwhile);
        var begin = Stopwatch.GetTimestamp();
        var work = new List<Task>();
        for (var number = 0; number < PerSecond * Length.TotalSeconds; number++)
        {
            var intended = TimeSpan.FromSeconds((double)number / PerSecond);
            var wait = intended - Stopwatch.GetElapsedTime(begin);
            if (wait > TimeSpan.Zero) await Task.Delay(wait);
            var tenant = tenants[number % tenants.Count];
            work.Add(Task.Run(async () =>
            {
                try { await Work(store, tenant); }
                catch (Exception) { Interlocked.Increment(ref failed); }
                lock (latencies) latencies.Record((long)(Stopwatch.GetElapsedTime(begin) - intended).TotalMicroseconds);
            }));
        }
        await Task.WhenAll(work);
        if (stop is not null) await stop.CancelAsync();
        await rotating;
        return (latencies, failed);
    }

    static async Task<double> Rewraps(Store store, KeyFileProvider provider)
    {
        var tenants = Enumerable.Range(0, ManyTenants).Select(number => string.Create(CultureInfo.InvariantCulture, $"many_{number}")).ToList();
        await store.KeysFor(tenants, Never);
        foreach (var tenant in tenants) await provider.Rotate(tenant, 1, Never);
        var begin = Stopwatch.GetTimestamp();
        foreach (var batch in tenants.Chunk(500)) while ((await store.Rewrap(batch, 500, Never)).Values.Sum() > 0) { }
        return Math.Round(ManyTenants / Stopwatch.GetElapsedTime(begin).TotalSeconds);
    }

    static Task<byte[]> Work(Store store, string tenant) => store.Commit(new Caller("bench", tenant), transaction =>
    {
        var blob = transaction.Seal(tenant, "bench.content", "row", Encoding.UTF8.GetBytes(new string('x', 1200)));
        transaction.Open(tenant, "bench.content", "row", blob);
        transaction.Audit("look", tenant);
        return Task.FromResult(blob);
    }, Never);
}

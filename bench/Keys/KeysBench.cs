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

/// <summary>What rotating all tenants' keys costs those who work meanwhile: sealed writes and reads at a fixed rate, in turns without and with rotation, latency from the intended
/// start, medians over the turns; and how many keys are wrapped anew per second. On SQLite, and with <c>--postgres CONNECTION</c> on a database of its own too.</summary>
internal static class KeysBench
{
    const int Tenants = 100, PerSecond = 100, ManyTenants = 2000, Turns = 5;
    static readonly TimeSpan Length = TimeSpan.FromSeconds(8);
    static readonly CancellationToken Never = CancellationToken.None;

    public static async Task<int> Run(string? postgres, TimeProvider clock)
    {
        var quiet = await QuietMachine.Wait(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), clock);
        var load = QuietMachine.Load1();
        var figures = new SortedDictionary<string, SortedDictionary<string, double>>();
        foreach (var dialect in (Dialect[])(postgres is null ? [Dialect.Sqlite] : [Dialect.Sqlite, Dialect.Postgres]))
        {
            var folder = Directory.CreateTempSubdirectory("firstring-bench-").FullName;
            try
            {
                figures[$"{dialect}"] = await Measure(folder, dialect == Dialect.Postgres ? new StoreOptions(dialect, postgres!) : new StoreOptions(dialect, $"Data Source={Path.Combine(folder, "store.db")}"), clock);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        Console.WriteLine(JsonSerializer.Serialize(new { bench = "keys", ours = figures, rival = (object?)null, load1 = load, commit = Environment.GetEnvironmentVariable("FIRSTRING_COMMIT"), @void = !quiet }));
        return figures.Values.All(of => of["failed"] == 0) ? 0 : 1;
    }

    static async Task<SortedDictionary<string, double>> Measure(string folder, StoreOptions options, TimeProvider clock)
    {
        KeyFileProvider.EnsureFile(Path.Combine(folder, "root.key"));
        using var provider = new KeyFileProvider(Path.Combine(folder, "root.key"), clock);
        await using var store = new Store("bench", options, provider, clock, _ => []);
        await store.Open([new SchemaSource(typeof(Store).Assembly)], Never);
        var tenants = Enumerable.Range(0, Tenants).Select(number => $"ten_{number}").ToList();
        foreach (var tenant in tenants) await Work(store, tenant);

        var (failed, rotated, version) = (0, 0, 1);
        var (without, with) = (new List<LatencyHistogram>(), new List<LatencyHistogram>());
        for (var turn = 0; turn < Turns; turn++)
        {
            var (calm, failedCalm) = await Load(store, tenants, null);
            using var stop = new CancellationTokenSource();
            var (busy, failedBusy) = await Load(store, tenants, async () =>
            {
                for (; !stop.IsCancellationRequested; version++)
                {
                    foreach (var tenant in tenants) await provider.Rotate(tenant, version, Never);
                    while ((await store.Rewrap(tenants, 1000, Never)).Values.Sum() > 0) { }
                    rotated += tenants.Count;
                    await Task.Delay(TimeSpan.FromSeconds(2), clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }, stop);
            without.Add(calm);
            with.Add(busy);
            failed += failedCalm + failedBusy;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{options.Dialect}, turn {turn + 1}: p99 {calm.Milliseconds(0.99):F1} ms without, {busy.Milliseconds(0.99):F1} ms with rotation, {failed} failed"));
        }
        return new SortedDictionary<string, double>
        {
            ["failed"] = failed, ["rotated"] = rotated, ["rewraps_per_s"] = await Rewraps(store, provider),
            ["p50_ms"] = Median(with, 0.5), ["p50_without_ms"] = Median(without, 0.5), ["p99_ms"] = Median(with, 0.99), ["p99_without_ms"] = Median(without, 0.99),
        };
    }

    static double Median(List<LatencyHistogram> turns, double quantile) => turns.Select(turn => turn.Milliseconds(quantile)).Order().ElementAt(turns.Count / 2);

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

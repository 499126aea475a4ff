using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using FirstRing.Audit;
using FirstRing.Audit.Log;
using FirstRing.Audit.Search;
using FirstRing.Bench.Load;
using FirstRing.Bench.Machine;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using FirstRing.Verify;
using Microsoft.Extensions.Logging.Abstractions;

namespace FirstRing.Bench.Audit;

/// <summary>What the audit log does a second, durable, on SQLite and PostgreSQL, and what asking it costs on a log of a million entries over six years.</summary>
internal static class AuditBench
{
    const string Tenant = "ten_000000000000000000000000000000a1";
    const int Patients = 5_000, Actors = 200, Asked = 300;
    static readonly CancellationToken Never = CancellationToken.None;

    /// <param name="kept">A folder where the log of <paramref name="rows"/> entries is kept from one run to the next, for filling it takes longer than asking it; null for none.</param>
    public static async Task<int> Run(int rows, string? postgres, string? kept, TimeProvider clock)
    {
        var quiet = await QuietMachine.Wait(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60), clock);
        var load = QuietMachine.Load1();
        var folder = Directory.CreateTempSubdirectory("firstring-bench-audit-").FullName;
        try
        {
            var (sqlite, sqliteAck) = await Append(folder, "sqlite", new StoreOptions(Dialect.Sqlite, $"Data Source={Path.Combine(folder, "append.db")}"), 1_000, clock);
            var (pg, pgAck) = postgres is null ? (0, 0) : await Append(folder, "postgres", new StoreOptions(Dialect.Postgres, postgres), 2_000, clock);
            if (kept is not null) Directory.CreateDirectory(kept);
            var figures = (await Ask(kept ?? folder, rows, clock)) with { SqliteEvPerS = sqlite, SqliteAckP99Ms = sqliteAck, PostgresEvPerS = pg, PostgresAckP99Ms = pgAck, Rows = rows };
            Console.WriteLine(JsonSerializer.Serialize(new AuditLine("audit", figures, null, load, Commit(), !quiet), AuditJson.Default.AuditLine));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<Store> Open(string folder, string name, StoreOptions options, TimeProvider clock)
    {
        var key = Path.Combine(folder, "root.key");
        KeyFileProvider.EnsureFile(key);
        var store = new Store("audit", options, new KeyFileProvider(key), clock, _ => []);
        await store.Open([new SchemaSource(typeof(Store).Assembly), new SchemaSource(typeof(AuditModule).Assembly)], Never);
        Say($"{name}: open");
        return store;
    }

    /// <summary>Rows of a store as its relay brings them. Their MACs are the store's business: the log only looks that they follow.</summary>
    sealed class Source(string name, long from, long step, LogSource? known = null)
    {
        long _counter = known?.Counter ?? 0;
        byte[] _mac = known?.Mac ?? AuditChain.Genesis;

        public AuditBatch Next(int count)
        {
            var (first, previous, rows) = (_counter + 1, _mac, new List<AuditBatchRow>(count));
            for (var i = 0; i < count; i++)
            {
                _mac = RandomNumberGenerator.GetBytes(32);
                var number = _counter++;
                rows.Add(new AuditBatchRow(new AuditEntry(Tenant, from + number * step, "records", $"stf_{number * 7919 % Actors:D32}", "clinician", "read-patient",
                    Patient(number * 104_729 % Patients), "ok", Patient(number * 104_729 % Patients)), _mac));
            }
            return new AuditBatch(name, first, previous, rows);
        }
    }

    static string Patient(long number) => $"pat_{number:D32}";

    // First four stores at once, each as fast as it is acknowledged, a hundred rows at a time: the most that goes. Then a fixed rate, the time to the acknowledgement counted
    // from when each batch was due, so that a stall counts for all that it held up.
    static async Task<(double PerSecond, double AckP99)> Append(string folder, string name, StoreOptions options, int rate, TimeProvider clock)
    {
        await using var store = await Open(folder, name, options, clock);
        var log = new LogStore(store);
        await log.Begin(Never);
        using var sequencer = new Sequencer(log, new LogTrust(), NullLogger<Sequencer>.Instance);
        async Task Send(Source source, int count)
        {
            if ((await sequencer.Append(source.Next(count), Never)).Refused is { } why) throw new InvalidOperationException(why);
        }
        var (done, span) = (0, TimeSpan.FromSeconds(10));
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
        {
            for (var source = new Source($"store{number}", clock.Microseconds(), 0); Stopwatch.GetElapsedTime(begun) < span; Interlocked.Add(ref done, 100)) await Send(source, 100);
        })));
        var perSecond = done / Stopwatch.GetElapsedTime(begun).TotalSeconds;

        const int Batch = 50;
        var (acks, steady) = (new LatencyHistogram(), new Source("steady", clock.Microseconds(), 0));
        begun = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < rate * span.TotalSeconds; sent += Batch)
        {
            var due = TimeSpan.FromSeconds((double)sent / rate);
            if (due - Stopwatch.GetElapsedTime(begun) is var wait && wait > TimeSpan.Zero) await Task.Delay(wait, clock);
            await Send(steady, Batch);
            acks.Record((long)(Stopwatch.GetElapsedTime(begun) - due).TotalMicroseconds);
        }
        Say(string.Create(CultureInfo.InvariantCulture, $"{name}: {perSecond:F0} ev/s at most; at {rate} ev/s ack p50 {acks.Milliseconds(0.5):F1} ms, p99 {acks.Milliseconds(0.99):F1} ms"));
        return (Math.Round(perSecond), acks.Milliseconds(0.99));
    }

    static async Task<AuditFigures> Ask(string folder, int rows, TimeProvider clock)
    {
        await using var store = await Open(folder, "log", new StoreOptions(Dialect.Sqlite, $"Data Source={Path.Combine(folder, "log.db")}"), clock);
        var log = new LogStore(store);
        await log.Begin(Never);
        using var sequencer = new Sequencer(log, new LogTrust(), NullLogger<Sequencer>.Instance);
        var sixYears = (long)TimeSpan.FromDays(6 * 365).TotalMicroseconds;
        var start = clock.Microseconds() - sixYears;
        var known = await log.Source("records", Never);
        var source = new Source("records", start, sixYears / rows, known);
        for (var left = rows - (known?.Counter ?? 0); left > 0; left -= 5_000)
            if ((await sequencer.Append(source.Next((int)Math.Min(5_000, left)), Never)).Refused is { } why) throw new InvalidOperationException(why);
        Say(string.Create(CultureInfo.InvariantCulture, $"log: {rows} entries"));
        await new Checkpoints(log, new LogKeys(log)).SignNewest(Never);

        var caller = new Caller("web", Tenant, "stf_9", "admin");
        async Task<double> Measure(Func<Task> one)
        {
            var latencies = new LatencyHistogram();
            for (var i = 0; i < Asked; i++)
            {
                var sent = Stopwatch.GetTimestamp();
                await one();
                latencies.Record((long)Stopwatch.GetElapsedTime(sent).TotalMicroseconds);
            }
            return latencies.Milliseconds(0.99);
        }
        async Task Find(LogQuery query) => await log.Commit(caller, async transaction =>
        {
            var found = (await LogStore.Find(transaction, query)).ConvertAll(entry => Reading.Open(transaction, entry));
            transaction.Audit("search-log", "bench");
            return found.Count > 0 && found[0].Readable ? 0 : throw new InvalidOperationException("Nothing was found.");
        }, Never);

        var proof = await Measure(async () => _ = await log.WithTiles(tiles => tiles.Inclusion(RandomNumberGenerator.GetInt32(rows), rows), Never));
        var patient = await Measure(async () => await Find(new LogQuery(Tenant, await log.Tag(Tenant, "patient", Patient(RandomNumberGenerator.GetInt32(Patients)), Never), null, null, 0, long.MaxValue, long.MaxValue, long.MaxValue, 100)));
        var month = (long)TimeSpan.FromDays(30).TotalMicroseconds;
        // A month of one person: the page that is waited for, and all of it.
        Task<double> Month(int most) => Measure(async () =>
        {
            var from = start + RandomNumberGenerator.GetInt32(rows) * ((sixYears - month) / rows);
            await Find(new LogQuery(Tenant, null, await log.Tag(Tenant, "actor", $"stf_{RandomNumberGenerator.GetInt32(Actors):D32}", Never), null, from, from + month, long.MaxValue, long.MaxValue, most));
        });
        var (page, actor) = (await Month(201), await Month(10_000));
        var report = await Measure(async () => await Find(new LogQuery(Tenant, await log.Tag(Tenant, "patient", Patient(RandomNumberGenerator.GetInt32(Patients)), Never), null, null, start, long.MaxValue, long.MaxValue, long.MaxValue, 20_001)));

        var begun = Stopwatch.GetTimestamp();
        var (exported, before) = (0, (At: long.MaxValue, Seq: long.MaxValue));
        while (exported < Math.Min(rows, 300_000))
        {
            var lines = await log.Commit(transaction => LogStore.Find(transaction, new LogQuery(Tenant, null, null, null, 0, long.MaxValue, before.At, before.Seq, 10_000)), Never);
            if (lines.Count == 0) break;
            exported += lines.Count(entry => entry.Line().Length > 0);
            before = (lines[^1].At, lines[^1].Seq);
        }
        var export = exported / Stopwatch.GetElapsedTime(begun).TotalSeconds;

        var dump = Path.Combine(folder, "dump");
        await using (var file = new BufferedStream(File.Create(dump), 1 << 20)) await LogDump.Write(store, file, Never);
        begun = Stopwatch.GetTimestamp();
        var verification = new Verification();
        await using (var file = File.OpenRead(dump)) new DumpReader(verification).Read(file);
        File.Delete(dump);
        verification.Finish();
        if (verification.Findings.Count > 0 || verification.Verified < rows) throw new InvalidOperationException($"The log does not verify: {string.Join("; ", verification.Findings.Take(3))}");
        var verify = rows / Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return new AuditFigures(0, 0, 0, 0, 0, proof, patient, page, actor, report, Math.Round(export), Math.Round(verify));
    }

    static void Say(string line) => Console.Error.WriteLine(line);

    static string Commit()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["rev-parse", "--short", "HEAD"]) { RedirectStandardOutput = true })!;
        return git.StandardOutput.ReadToEnd().Trim();
    }
}

internal sealed record AuditLine(string Bench, AuditFigures Ours, AuditFigures? Rival, double Load1, string Commit, bool Void);

/// <summary>Queries are the worst of a hundred, each with its own audit row committed. PostgreSQL's figures are 0 where there was none.</summary>
internal sealed record AuditFigures(double SqliteEvPerS, double SqliteAckP99Ms, double PostgresEvPerS, double PostgresAckP99Ms, int Rows, double ProofP99Ms, double PatientLatest100P99Ms,
    double Actor30DaysPageP99Ms, double Actor30DaysP99Ms, double DisclosuresP99Ms, double ExportRowsPerS, double VerifyEvPerS);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AuditLine))]
internal sealed partial class AuditJson : JsonSerializerContext;

using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using FirstRing.Bench.Machine;
using FirstRing.Bench.Sfu;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using Microsoft.Data.Sqlite;

namespace FirstRing.Bench.Restore;

/// <summary>
/// The restore drill: a data folder of the wanted size, backed up while the platform runs, restored elsewhere from the backup and its root key, started, and
/// asked for a link that was made before. Restored rows and audit heads are compared with the original's besides what the restore itself compares.
/// </summary>
internal sealed class RestoreBench(double gigabytes, TimeProvider clock)
{
    private const int RowBytes = 16 * 1024, RowsPerCommit = 50;
    private const string Tenant = "ten_bench";

    private readonly string folder = Directory.CreateTempSubdirectory("firstring-drill-").FullName;

    public static async Task<int> Run(IReadOnlyList<string> words, TimeProvider clock, CancellationToken stop)
    {
        var at = words.ToList().IndexOf("--gb");
        var bench = new RestoreBench(at < 0 ? 2 : double.Parse(words[at + 1], CultureInfo.InvariantCulture), clock);
        try { return await bench.Measure(stop); }
        finally { Directory.Delete(bench.folder, recursive: true); }
    }

    private async Task<int> Measure(CancellationToken stop)
    {
        string data = Path.Combine(folder, "data"), kept = Path.Combine(folder, "kept"), restored = Path.Combine(folder, "restored");
        Uri link;
        using (var fresh = await StartedPlatform.Start(data, stop)) link = (await fresh.Visit(stop)).Patient;
        var rows = await Fill(data, stop);
        Console.WriteLine($"{rows} patients of {RowBytes} bytes with their audit rows are written");

        double backup;
        using (await StartedPlatform.Start(data, stop))
        {
            await LogHasAll(data, stop);
            var began = clock.GetTimestamp();
            Console.WriteLine(await Clone.FirstRing(stop, "backup", "--data", data, "--to", kept));
            backup = clock.GetElapsedTime(began).TotalSeconds;
        }
        var gigabytesKept = Directory.GetFiles(kept).Sum(file => new FileInfo(file).Length) / 1e9;

        Directory.CreateDirectory(restored);
        await Clone.Output("cp", ["-a", Path.Combine(data, "keys"), restored], stop);
        var from = clock.GetTimestamp();
        Console.WriteLine(await Clone.FirstRing(stop, "restore", "--from", kept, "--data", restored));
        var restore = clock.GetElapsedTime(from).TotalSeconds;
        var before = await Records(data);
        var after = await Records(restored, before.Counter); // the restore put a row of its own behind it
        string status;
        double serving;
        using (var platform = await StartedPlatform.Start(restored, stop))
        {
            status = await platform.Status(link, stop);
            serving = clock.GetElapsedTime(from).TotalSeconds;
        }
        var figures = new RestoreFigures(Math.Round(gigabytesKept, 2), rows, Math.Round(backup, 1), Math.Round(restore, 1), Math.Round(serving, 1),
            before.Patients == after.Patients && before.Audited == after.Audited, before.Seal == after.Seal, status == "200");
        Console.WriteLine(JsonSerializer.Serialize(new RestoreLine("restore", figures, null, QuietMachine.Load1(), SfuBench.Commit()), BenchJson.Default.RestoreLine));
        return figures is { RowsEqual: true, AuditEqual: true, LinkOpens: true } ? 0 : 1;
    }

    // Sealed and audited as the service itself does it; what lies in a row is random, as sealed content is.
    private async Task<long> Fill(string data, CancellationToken stop)
    {
        var wanted = (long)(gigabytes * 1e9 / (RowBytes + 400));
        using var provider = new KeyFileProvider(Path.Combine(data, "keys", "root.key"));
        await using var store = new Store("records", new StoreOptions(Dialect.Sqlite, $"Data Source={StoreOf(data)}"), provider, clock, _ => []);
        await store.Open([new SchemaSource(typeof(Store).Assembly)], stop);
        var content = RandomNumberGenerator.GetBytes(RowBytes);
        for (long written = 0; written < wanted; written += RowsPerCommit)
            await store.Commit(new Caller("records", Tenant, "stf_bench", "clinician"), async transaction =>
            {
                for (var number = 0; number < RowsPerCommit; number++)
                {
                    var id = NewId.Ordered(clock).ToString("N");
                    await transaction.Execute("INSERT INTO patients (id, tenant, content, created_at) VALUES (@id, @tenant, @sealed, @Now)",
                        new { id, tenant = Tenant, @sealed = transaction.Seal(Tenant, "patient.content", id, content), transaction.Now });
                    transaction.Audit("create-patient", id);
                }
                return 0;
            }, stop);
        return wanted;
    }

    // As in a clinic's everyday: what was accessed is in the audit log already.
    private static async Task LogHasAll(string data, CancellationToken stop)
    {
        var head = (await Records(data)).Counter;
        await using var log = new SqliteConnection($"Data Source={Path.Combine(data, "stores", "audit", "store.db")};Pooling=false");
        while (await log.ExecuteScalarAsync<long?>("SELECT counter FROM log_sources WHERE store = 'records'") is not { } taken || taken < head)
            await Task.Delay(TimeSpan.FromSeconds(1), stop);
    }

    // As the store stood at a counter; at its head where none is said.
    private static async Task<Counted> Records(string data, long? at = null)
    {
        await using var connection = new SqliteConnection($"Data Source={StoreOf(data)};Pooling=false");
        return await connection.QuerySingleAsync<Counted>("""
            SELECT (SELECT COUNT(*) FROM patients) AS Patients, (SELECT COUNT(*) FROM audit_outbox WHERE counter <= upto) AS Audited, upto AS Counter,
              (SELECT hex(mac) FROM audit_outbox WHERE counter = upto) AS Seal
            FROM (SELECT COALESCE(@at, counter) AS upto FROM audit_head WHERE id = 1)
            """, new { at });
    }

    private static string StoreOf(string data) => Path.Combine(data, "stores", "records", "store.db");

    private sealed record Counted(long Patients, long Audited, long Counter, string Seal);
}

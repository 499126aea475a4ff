using FirstRing.Audit.Log;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Transparency;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace FirstRing.Tests.Audit;

/// <summary>What happens to the log when something it stands on goes.</summary>
public sealed class Outages
{
    static readonly CancellationToken Never = CancellationToken.None;

    static readonly int Seeds = Environment.GetEnvironmentVariable("FIRSTRING_ALL") == "true" ? 200 : 40;

    sealed class Killed : Exception;

    // T6: died before, in the middle of and after each step between the row's commit and the relay's knowing of it. Each death leaves what a kill leaves: what was
    // committed, and nothing else.
    [Theory, BothDialects]
    public async Task A_death_at_any_step_loses_no_row_and_doubles_none(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        string[] steps = ["before-carry", "log_entries", "log_tiles", "log_sources", "log_head", "after-commit", "sign", "cosign"];
        var (acked, random) = (0, new Random(6));
        for (var seed = 0; seed < Seeds; seed++)
        {
            var step = steps[seed % steps.Length];
            var rows = random.Next(1, 6);
            await ledger.Access(rows);
            acked += rows; // the business commit is the acknowledgement
            var at = step;
            var relay = ledger.Relay(carry: async (batch, stop) =>
            {
                if (batch.Rows.Count > 0 && at == "before-carry") throw new Killed();
                var taken = await ledger.Sequencer.Append(batch, stop);
                return batch.Rows.Count > 0 && at == "after-commit" ? throw new Killed() : taken;
            });
            // A write that the store refuses half-way is what a kill half-way leaves: the whole transaction is gone.
            var breaks = step.StartsWith("log_", StringComparison.Ordinal);
            if (breaks) await Break(ledger, step);
            try { await relay.Deliver(Never); }
            catch (Exception) when (step is "before-carry" or "after-commit" || breaks) { }
            if (breaks) await Mend(ledger, step);
            if (step == "sign") await ledger.Part<Checkpoints>().SignNewest(Never);
            if (step == "cosign") await ledger.Round();
            at = "";
            while (await ledger.Relay().Deliver(Never) > 0) { }
        }
        var entries = await ledger.Part<LogStore>().Entries(0, long.MaxValue, 10_000, Never);
        var own = entries.Where(entry => entry.Store == "records").ToList();
        Assert.Equal(Enumerable.Range(1, acked).Select(number => (long)number), own.Select(entry => entry.Counter));
        Assert.Equal(Enumerable.Range(0, entries.Count).Select(number => (long)number), entries.Select(entry => entry.Seq));
        var tiles = new Tiles((_, _) => Task.FromResult<byte[]?>(null));
        await tiles.Append(0, [.. entries.Select(entry => Rfc6962.Leaf(entry.Line()))]);
        Assert.Equal(await tiles.Root(entries.Count), (await ledger.Head()).Root);
    }

    static Task Break(Ledger ledger, string table) => ledger.Sql(ledger.Log, ledger.Log.Dialect == Dialect.Sqlite
        ? $"CREATE TRIGGER broken BEFORE {(table == "log_head" ? "UPDATE OF size" : "INSERT")} ON {table} BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        : table == "log_head" ? "ALTER TABLE log_head ADD CONSTRAINT broken CHECK (size < 0) NOT VALID" : $"ALTER TABLE {table} ADD CONSTRAINT broken CHECK (false) NOT VALID");

    static Task Mend(Ledger ledger, string table) => ledger.Sql(ledger.Log, ledger.Log.Dialect == Dialect.Sqlite ? "DROP TRIGGER broken" : $"ALTER TABLE {table} DROP CONSTRAINT broken");

    // T7
    [Theory, BothDialects]
    public async Task A_full_disk_stops_the_log_and_not_the_rows(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Fill(10);
        await Break(ledger, "log_tiles");
        await ledger.Access(10);
        await Assert.ThrowsAnyAsync<Exception>(() => ledger.Relay().Deliver(Never));
        Assert.Equal(10, (await ledger.Head()).Size);
        Assert.Null(await AuditChain.FirstBreak(ledger.Records.Store, Never));
        await Mend(ledger, "log_tiles");
        Assert.Equal(10, await ledger.Relay().Deliver(Never));
    }

    // T7
    [Fact]
    public async Task A_segment_that_cannot_be_written_is_written_later_and_nothing_half_lies_there()
    {
        await using var ledger = await Ledger.Open(Dialect.Sqlite);
        await ledger.Fill(10);
        await File.WriteAllTextAsync(ledger.Segments, "in the way of the folder");
        ledger.Log.Clock.Advance(TimeSpan.FromSeconds(60));
        await ledger.Round();
        Assert.True(File.Exists(ledger.Segments));
        File.Delete(ledger.Segments);
        await ledger.Round();
        Assert.Single(Directory.GetFiles(ledger.Segments));
    }

    // T11
    [Theory, BothDialects]
    public async Task While_keys_are_away_rows_are_kept_nothing_unsigned_leaves_and_afterwards_all_is_caught_up(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        var keys = new FailingProvider(new Platform.Sealing.KeyFileProvider(ledger.Log.KeyFile));
        await ledger.Log.Close(ledger.Log.Store);
        await using var store = new Store("audit", new StoreOptions(dialect, ledger.Log.ConnectionString), keys, ledger.Log.Clock, _ => []);
        await store.Open(ledger.Log.Schema(), Never);
        var log = new LogStore(store);
        using var sequencer = new Sequencer(log, new LogTrust(), NullLogger<Sequencer>.Instance);
        var checkpoints = new Checkpoints(log, new LogKeys(log));
        var relay = ledger.Relay(carry: sequencer.Append);
        await log.Tag("warm", "up", "tags", Never); // whatever was unwrapped before stays in use

        keys.Fault = ProviderFault.Refuses;
        await ledger.Access(20);
        await Assert.ThrowsAnyAsync<Exception>(() => relay.Deliver(Never)); // the tenant's key was never unwrapped here
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await ledger.Access(1);
            await relay.Deliver(Never);
        });
        Assert.Equal(0, (await log.Head(Never)).Size);
        Assert.False(ledger.Records.Store.Lag.IsBehind);
        keys.Fault = ProviderFault.None;
        ledger.Log.Clock.Advance(TimeSpan.FromSeconds(2)); // after which the provider is asked again
        Assert.Equal(21, await relay.Deliver(Never));
        Assert.True(await checkpoints.SignNewest(Never));
        Assert.Equal(21, (await checkpoints.Newest(Never))!.Size);
    }
}

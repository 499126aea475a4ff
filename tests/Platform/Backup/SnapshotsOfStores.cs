using FirstRing.Platform.Audit;
using FirstRing.Platform.Backup;
using FirstRing.Platform.Http;
using FirstRing.Platform.Outbox;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace FirstRing.Tests.Platform.Backup;

/// <summary>A store copied while it is written to, and what became of it elsewhere.</summary>
public sealed class SnapshotsOfStores
{
    static readonly CancellationToken Never = CancellationToken.None;

    [Theory, BothDialects]
    public async Task The_copy_is_of_one_moment_however_much_is_written_meanwhile(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Write(test, "before", 50);
        using var stop = new CancellationTokenSource();
        var traffic = Task.Run(async () =>
        {
            for (var number = 0; !stop.IsCancellationRequested; number++) await Write(test, $"during-{number}", 1);
        });
        StoreState state;
        using var copy = new MemoryStream();
        await using (var snapshot = await Pin(test))
        {
            await Write(test, "after", 50);
            state = await snapshot.State(Never);
            await Write(test, "later", 50);
            await snapshot.Copy(plain => plain.CopyTo(copy), Never);
        }
        await stop.CancelAsync();
        await traffic;

        await using var restored = await Restored.From(test, copy);
        Assert.InRange(state.Rows[Table(dialect, "sample")], 50, 99);
        Assert.Equal(state.Rows[Table(dialect, "sample")], state.Audit!.Counter);
        Assert.Null(state.DifferenceTo(await restored.State(state.Part)));
        await restored.Store.Open(test.Schema(), Never);
        Assert.Null(await AuditChain.FirstBreak(restored.Store, Never));
        Assert.Equal(0, await restored.Store.Count("sample", "id LIKE 'after%'"));
        Assert.DoesNotContain(Directory.GetFiles(test.Folder.Path), file => file.Contains(SqliteSnapshot.Leftover, StringComparison.Ordinal));
    }

    [Theory, BothDialects]
    public async Task Rows_that_are_missing_or_an_audit_head_that_is_another_are_told(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Write(test, "row", 3);
        await using var snapshot = await Pin(test);
        var state = await snapshot.State(Never);
        await Write(test, "more", 1);
        await using var later = await Pin(test);
        Assert.Contains("sample", state.DifferenceTo(await later.State(Never)) ?? (await later.State(Never)).DifferenceTo(state), StringComparison.Ordinal);
        Assert.Contains("audit head", state.DifferenceTo(state with { Audit = state.Audit! with { Counter = 9 } }), StringComparison.Ordinal);
    }

    // The consumer's snapshot stands before the delivery, the producer's after it: the skew that comes with stores of their own.
    [Theory, BothDialects]
    public async Task What_was_delivered_between_two_stores_snapshots_comes_again_and_is_done_once(Dialect dialect)
    {
        await using var producer = await Sample.Open(dialect);
        await using var consumer = await Sample.Open(dialect);
        await Emit(producer, 1);
        await Deliver(producer.Store, consumer.Store);
        using var consumed = new MemoryStream();
        await using (var snapshot = await Pin(consumer)) await snapshot.Copy(plain => plain.CopyTo(consumed), Never);
        await Emit(producer, 2);
        await Deliver(producer.Store, consumer.Store);
        await Emit(producer, 3);
        using var produced = new MemoryStream();
        await using (var snapshot = await Pin(producer)) await snapshot.Copy(plain => plain.CopyTo(produced), Never);

        await using var north = await Restored.From(consumer, consumed);
        await using var source = await Restored.From(producer, produced);
        await AfterRestore.Run(source.Options, [typeof(Store).Assembly], "life2", Never);
        await north.Store.Open(consumer.Schema(), Never);
        await source.Store.Open(producer.Schema(), Never);
        Assert.Equal(1, await north.Store.Count("sample"));
        var tries = await Deliver(source.Store, north.Store);
        Assert.Equal([1, 2, 3], tries); // in the order in which they happened
        Assert.Equal([1, 2, 3], await north.Store.ReadList<long>("SELECT number FROM sample ORDER BY number", null, Never));
    }

    static Task<int> Emit(TestStore test, int number)
    {
        test.Clock.Advance(TimeSpan.FromMilliseconds(5));
        return test.Store.Commit(Sample.Clinic, async transaction => { await transaction.Emit(number); return 0; }, Never);
    }

    static async Task<IReadOnlyList<int>> Deliver(Store from, Store to)
    {
        var tried = new List<int>();
        using var relay = new OutboxRelay(from, async (consumer, @event, stop) =>
        {
            if (consumer != "north") return;
            tried.Add(@event.Body.GetProperty("Number").GetInt32());
            await to.Commit(Caller.System("north"), async transaction =>
                await transaction.FirstTime(@event.Id, "north") ? await transaction.Insert($"row_{tried[^1]}", tried[^1]) : 0, stop);
        }, NullLogger<OutboxRelay>.Instance);
        while (await relay.DeliverDue(Never) > 0) { }
        return tried;
    }

    static async Task Write(TestStore test, string name, int count)
    {
        for (var number = 0; number < count; number++)
            await test.Store.Commit(Sample.Clinic, transaction =>
            {
                transaction.Audit("written", name);
                return transaction.Insert($"{name}-{number}", number);
            }, Never);
    }

    static async Task<IStoreSnapshot> Pin(TestStore test) => test.Dialect == Dialect.Postgres
        ? await PostgresSnapshot.Pin("postgres/sample", test.ConnectionString, Never)
        : await SqliteSnapshot.Pin("stores/sample/store.db", test.Folder.At("store.db"), Never);

    static string Table(Dialect dialect, string name) => dialect == Dialect.Postgres ? $"public.{name}" : name;

    /// <summary>A copy as a store of its own, under the same key file.</summary>
    sealed class Restored(TempFolder folder, StoreOptions options, Store store) : IAsyncDisposable
    {
        public Store Store => store;
        public StoreOptions Options => options;

        public static async Task<Restored> From(TestStore test, MemoryStream copy)
        {
            var folder = new TempFolder();
            var options = new StoreOptions(test.Dialect, test.Dialect == Dialect.Postgres ? await (await PostgresCluster.Shared).NewDatabase(Never) : $"Data Source={folder.At("store.db")}");
            if (test.Dialect == Dialect.Postgres) await PostgresTools.Load(options.ConnectionString, input => input.Write(copy.ToArray()), Never);
            else await File.WriteAllBytesAsync(folder.At("store.db"), copy.ToArray());
            return new Restored(folder, options, new Store("sample", options, new KeyFileProvider(test.KeyFile), test.Clock, _ => []));
        }

        public async Task<StoreState> State(string part)
        {
            await using System.Data.Common.DbConnection connection = options.Dialect == Dialect.Postgres
                ? new NpgsqlConnection(options.ConnectionString) : new SqliteConnection(new SqliteConnectionStringBuilder(options.ConnectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync();
            return await TableRows.StateOf(part, connection, null);
        }

        public async ValueTask DisposeAsync()
        {
            await store.DisposeAsync();
            if (options.Dialect == Dialect.Postgres) await (await PostgresCluster.Shared).Drop(options.ConnectionString, Never);
            folder.Dispose();
        }
    }
}

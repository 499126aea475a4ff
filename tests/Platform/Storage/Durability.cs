using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Storage;

public sealed class Durability
{
    static readonly CancellationToken Never = CancellationToken.None;

    [Theory, BothDialects]
    public async Task What_commit_acknowledged_is_there_after_a_restart(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(number => test.Store.Commit(Sample.Clinic, transaction => transaction.Insert($"row{number}"), Never)));

        await test.Reopen();

        Assert.Equal(100, await test.Store.Count("sample"));
    }

    [Fact]
    public async Task What_commit_acknowledged_is_on_disk_while_the_store_is_still_open()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await test.Store.Commit(Sample.Clinic, transaction => transaction.Insert("a"), Never);

        // What a crash would leave behind: the files as they are now, without a close.
        using var crash = new TempFolder();
        foreach (var file in Directory.GetFiles(test.Folder.Path, "store.db*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
            File.Copy(file, crash.At(Path.GetFileName(file)));
        await using var after = new Store("sample", new StoreOptions(Dialect.Sqlite, $"Data Source={crash.At("store.db")}"),
            new FirstRing.Platform.Sealing.KeyFileProvider(test.KeyFile), test.Clock, _ => []);
        await after.Open(test.Schema(), Never);

        Assert.Equal(1, await after.Count("sample"));
    }

    [Theory, BothDialects]
    public async Task Opening_an_open_store_changes_nothing(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await test.Store.Commit(Sample.Clinic, transaction => { transaction.Audit("sample.read", "a"); return Task.FromResult(0); }, Never);
        await test.Reopen();
        await test.Store.Commit(Sample.Clinic, transaction => { transaction.Audit("sample.read", "b"); return Task.FromResult(0); }, Never);
        Assert.Null(await FirstRing.Platform.Audit.AuditChain.FirstBreak(test.Store, Never));
        Assert.Equal(2, await test.Store.Count("audit_outbox"));
    }

    [Fact]
    public async Task Nodes_that_start_at_once_bring_the_schema_up_once()
    {
        var cluster = await PostgresCluster.Shared;
        var database = await cluster.NewDatabase(Never);
        using var folder = new TempFolder();
        FirstRing.Platform.Sealing.KeyFileProvider.EnsureFile(folder.At("root.key"));
        await using var pattern = await Sample.Open(Dialect.Sqlite);
        var nodes = Enumerable.Range(0, 4).Select(_ => new Store("sample", new StoreOptions(Dialect.Postgres, database),
            new FirstRing.Platform.Sealing.KeyFileProvider(folder.At("root.key")), TimeProvider.System, _ => [])).ToList();

        await Task.WhenAll(nodes.Select(node => Task.Run(() => node.Open(pattern.Schema(), Never))));

        await Task.WhenAll(nodes.Select((node, number) => node.Commit(Sample.Clinic, transaction => transaction.Insert($"row{number}"), Never)));
        Assert.Equal(4, await nodes[0].Count("sample"));
        foreach (var node in nodes) await node.DisposeAsync();
        await cluster.Drop(database, Never);
    }
}

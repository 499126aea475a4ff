using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Storage;

/// <summary>The SQLite writer commits what waits as one group. Here a first job holds the writer until the others stand in line behind it.</summary>
public sealed class Groups
{
    static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task A_failing_job_does_not_harm_its_neighbours()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        using var gone = new CancellationTokenSource();
        var (good, bad) = await Together(test.Store,
            good: [.. Enumerable.Range(0, 20).Select(number => (Func<Transaction, Task>)(async transaction =>
            {
                await transaction.Insert($"good{number}");
                transaction.Audit("sample.write", $"good{number}");
            }))],
            bad:
            [
                async transaction => { await transaction.Insert("bad"); throw new InvalidDataException(); },
                transaction => transaction.Execute("INSERT INTO nowhere VALUES (1)"),
                transaction => transaction.Execute("INSERT INTO sample (id, number) VALUES ('null', NULL)"),
                async transaction => { await transaction.Insert("bad"); transaction.Audit("sample.write", null!); },
                _ => throw new OperationCanceledException(),
            ]);

        Assert.All(good, job => Assert.Null(job));
        Assert.All(bad, job => Assert.NotNull(job));
        Assert.Equal(20, await test.Store.Count("sample"));
        Assert.Equal(20, await test.Store.Count("audit_outbox"));
        Assert.Null(await FirstRing.Platform.Audit.AuditChain.FirstBreak(test.Store, Never));
    }

    [Theory]
    [InlineData("ROLLBACK")]
    [InlineData("RELEASE job; ROLLBACK")]
    public async Task No_job_of_a_group_that_was_rolled_back_is_acknowledged(string end)
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        var (good, bad) = await Together(test.Store,
            good: [.. Enumerable.Range(0, 5).Select(number => (Func<Transaction, Task>)(transaction => transaction.Insert($"good{number}")))],
            bad: [transaction => transaction.Execute(end)]);

        var kept = await test.Store.Count("sample");
        Assert.Equal(good.Count(job => job is null), kept);
        Assert.NotNull(bad[0]);
        // The writer lives on, on a fresh connection.
        await test.Store.Commit(Sample.Clinic, transaction => transaction.Insert("later"), Never);
        Assert.Equal(kept + 1, await test.Store.Count("sample"));
    }

    [Fact]
    public async Task A_full_disk_is_told_to_everyone_it_concerns_and_survived()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await test.Store.Commit(Sample.Clinic, async transaction =>
            await transaction.Execute($"PRAGMA max_page_count = {await transaction.One<long>("PRAGMA page_count") + 2}"), Never);
        var (good, _) = await Together(test.Store,
            good: [.. Enumerable.Range(0, 5).Select(number => (Func<Transaction, Task>)(transaction => transaction.Insert($"good{number}")))],
            bad: [transaction => transaction.Execute("UPDATE sample SET content = zeroblob(4000000)"),
                transaction => transaction.Execute("INSERT INTO sample (id, number, content) VALUES ('big', 1, zeroblob(4000000))")]);

        await test.Reopen();

        Assert.Equal(good.Count(job => job is null), await test.Store.Count("sample"));
        Assert.Equal(0, await test.Store.Count("sample", "id = 'big'"));
    }

    [Fact]
    public async Task Every_commit_is_synced_before_it_is_acknowledged()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        var (sync, journal) = await test.Store.Commit(Sample.Clinic,
            async transaction => (await transaction.One<long>("PRAGMA synchronous"), await transaction.One<string>("PRAGMA journal_mode")), Never);
        Assert.Equal((2L, "wal"), (sync, journal)); // FULL: the log is synced at every commit
    }

    [Fact]
    public async Task Jobs_that_wait_when_the_store_closes_are_finished()
    {
        var test = await Sample.Open(Dialect.Sqlite);
        await test.Store.Commit(Sample.Clinic, transaction => Task.FromResult(0), Never);
        var jobs = Enumerable.Range(0, 300).Select(number => test.Store.Commit(Sample.Clinic, transaction => transaction.Insert($"row{number}"), Never)).ToList();
        await test.Close(test.Store);
        await Task.WhenAll(jobs);
        await using var again = await test.OpenAnother();
        Assert.Equal(300, await again.Count("sample"));
        await test.DisposeAsync();
    }

    static async Task<(List<Exception?> Good, List<Exception?> Bad)> Together(Store store, Func<Transaction, Task>[] good, Func<Transaction, Task>[] bad)
    {
        var (inside, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await store.Commit(Sample.Clinic, transaction => Task.FromResult(0), Never); // the tenant's key is there
        var first = store.Commit(Sample.Clinic, async transaction => { inside.SetResult(); await gate.Task; return 0; }, Never);
        await inside.Task;
        var half = good.Length / 2;
        var before = good[..half].Select(Start).ToList();
        var among = bad.Select(Start).ToList();
        var after = good[half..].Select(Start).ToList();
        gate.SetResult();
        await first;
        return (await Outcomes([.. before, .. after]), await Outcomes(among));

        Task Start(Func<Transaction, Task> work) => store.Commit(Sample.Clinic, async transaction => { await work(transaction); return 0; }, Never);
    }

    static async Task<List<Exception?>> Outcomes(IReadOnlyList<Task> tasks)
    {
        var outcomes = new List<Exception?>();
        foreach (var task in tasks)
            try { await task; outcomes.Add(null); }
            catch (Exception failure) { outcomes.Add(failure); }
        return outcomes;
    }
}

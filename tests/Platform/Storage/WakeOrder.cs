using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Storage;

public sealed class WakeOrder
{
    const int Commits = 300;
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Theory, BothDialects]
    public async Task Who_watches_before_reading_misses_no_commit(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await test.Store.Commit(Sample.Clinic, transaction => transaction.Insert("a"), Never);
        // On PostgreSQL the waiters sit on another node than the writer.
        var there = dialect == Dialect.Postgres ? await test.OpenAnother() : test.Store;
        var waiters = Enumerable.Range(0, 4).Select(_ => Task.Run(() => WaitFor(there, Commits))).ToList();

        for (var number = 1; number <= Commits; number++)
            await test.Store.Commit(Sample.Clinic, transaction =>
            {
                transaction.Wake("a");
                return transaction.Execute("UPDATE sample SET number = number + 1 WHERE id = 'a'");
            }, Never);

        await Task.WhenAll(waiters);
    }

    static async Task WaitFor(Store store, long target)
    {
        while (true)
        {
            using var ticket = store.Wakes.Watch("a");
            if (await store.ReadOne<long>("SELECT number FROM sample WHERE id = 'a'", null, Never) == target) return;
            Assert.True(await ticket.Wait(Long, Never), "a commit after the ticket did not wake its holder");
        }
    }

    [Theory, BothDialects]
    public async Task A_commit_that_fails_wakes_nobody(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        using var ticket = test.Store.Wakes.Watch("a");
        await Assert.ThrowsAsync<InvalidDataException>(() => test.Store.Commit<int>(Sample.Clinic, transaction =>
        {
            transaction.Wake("a");
            throw new InvalidDataException();
        }, Never));
        Assert.False(await ticket.Wait(TimeSpan.FromMilliseconds(300), Never));
    }

    [Fact]
    public async Task A_ticket_put_back_twice_does_not_take_another_holder_with_it()
    {
        await using var wakes = new Wakes();
        var twice = wakes.Watch("a");
        using var other = wakes.Watch("a");
        twice.Dispose();
        twice.Dispose();
        wakes.Signal("a");
        Assert.True(await other.Wait(Long, Never));
    }

    [Fact]
    public async Task Holders_come_and_go_at_once_without_a_lost_wake()
    {
        await using var wakes = new Wakes();
        var value = 0;
        var signaller = Task.Run(() =>
        {
            for (var number = 1; number <= 20_000; number++)
            {
                Interlocked.Increment(ref value);
                wakes.Signal("a");
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                using var ticket = wakes.Watch("a");
                if (Volatile.Read(ref value) == 20_000) return;
                Assert.True(await ticket.Wait(Long, Never));
            }
        })));
        await signaller;
    }

    [Fact]
    public async Task Everyone_looks_again_after_the_listener_was_cut_off()
    {
        await using var test = await Sample.Open(Dialect.Postgres);
        using var ticket = test.Store.Wakes.Watch("a");
        await (await PostgresCluster.Shared).Disconnect(test.ConnectionString, Never);
        Assert.True(await ticket.Wait(Long, Never));
    }

    [Fact]
    public async Task A_store_closes_quietly_while_its_listener_is_cut_off()
    {
        await using var test = await Sample.Open(Dialect.Postgres);
        await (await PostgresCluster.Shared).Drop(test.ConnectionString, Never);
        await Task.Delay(300, Never); // the listener is between two tries
        await test.Close(test.Store);
    }
}

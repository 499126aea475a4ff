using System.Collections.Concurrent;
using FirstRing.Platform.Http;
using FirstRing.Platform.Outbox;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace FirstRing.Tests.Platform.Outbox;

public sealed class Relay
{
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    readonly ConcurrentQueue<(string Consumer, int Number)> _taken = [];

    [Theory, BothDialects]
    public async Task Every_event_reaches_each_consumer_once_and_in_order_when_all_goes_well(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Emit(test, 40);
        using var relay = Over(test.Store, (_, _) => Task.CompletedTask);
        while (await relay.DeliverDue(Never) > 0) { }

        foreach (var consumer in (string[])["north", "south"])
            Assert.Equal(Enumerable.Range(0, 40), _taken.Where(taken => taken.Consumer == consumer).Select(taken => taken.Number));
        Assert.Equal(0, await test.Store.Count("outbox", "state <> 'delivered'"));
    }

    [Theory, BothDialects]
    public async Task What_was_not_taken_comes_again_later_each_time(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Emit(test, 1);
        var tries = 0;
        using var relay = Over(test.Store, (consumer, _) => consumer == "south" ? Task.CompletedTask : ++tries < 6 ? throw new HttpRequestException() : Task.CompletedTask);
        var waits = new List<TimeSpan>();
        await relay.DeliverDue(Never);
        while (tries < 6)
        {
            Assert.Equal(0, await relay.DeliverDue(Never)); // not before its time
            var from = test.Clock.GetUtcNow();
            for (var before = tries; tries == before; await relay.DeliverDue(Never)) test.Clock.Advance(TimeSpan.FromMilliseconds(50));
            waits.Add(test.Clock.GetUtcNow() - from);
        }
        Assert.Equal(waits.Order(), waits);
        Assert.True(waits[^1] > 4 * waits[0]);
        Assert.Equal(0, await test.Store.Count("outbox", "state <> 'delivered'"));
    }

    [Theory, BothDialects]
    public async Task After_the_last_attempt_a_row_is_kept_and_left_alone(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Emit(test, 1);
        await test.Store.Commit(Sample.Clinic, transaction => transaction.Execute("UPDATE outbox SET attempts = @n", new { n = OutboxRelay.MaxAttempts - 2 }), Never);
        using var relay = Over(test.Store, (_, _) => throw new HttpRequestException());
        await relay.DeliverDue(Never);
        Assert.Equal(2, await test.Store.Count("outbox", "state = 'ready'"));
        test.Clock.Advance(TimeSpan.FromMinutes(10));
        await relay.DeliverDue(Never);
        Assert.Equal(2, await test.Store.Count("outbox", "state = 'dead'"));
        test.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await relay.DeliverDue(Never));
    }

    [Fact]
    public async Task A_consumer_that_hangs_does_not_hold_up_another()
    {
        await using var test = await Sample.Open(Dialect.Sqlite, TimeProvider.System);
        await Emit(test, 60);
        using var relay = Over(test.Store, (consumer, stop) => consumer == "north" ? Task.Delay(Timeout.Infinite, stop) : Task.CompletedTask);
        await relay.StartAsync(Never);
        await Until(() => _taken.Count == 60);
        await Emit(test, 5);
        await Until(() => _taken.Count == 65);
        await relay.StopAsync(Never);
        Assert.All(_taken, taken => Assert.Equal("south", taken.Consumer));
        // The stop was clean: what was claimed for the other is free again at once, and counts no attempt.
        Assert.Equal(65, await test.Store.Count("outbox", "consumer = 'north' AND state = 'ready'"));
        Assert.Equal(65, await test.Store.Count("outbox", "attempts = 0"));
    }

    [Theory, BothDialects]
    public async Task What_a_crashed_relay_had_claimed_comes_back_after_its_lease(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Emit(test, 1);
        using var crash = new CancellationTokenSource();
        using var crashed = Over(test.Store, (_, stop) => Task.Delay(Timeout.Infinite, stop));
        var lost = crashed.DeliverDue(crash.Token);
        await Until(async () => await test.Store.Count("outbox", "attempts = 1") == 2);

        using var next = Over(test.Store, (_, _) => Task.CompletedTask);
        Assert.Equal(0, await next.DeliverDue(Never));
        test.Clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(2, await next.DeliverDue(Never));
        Assert.Equal(2, _taken.Count);
        await crash.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost);
    }

    [Theory, BothDialects]
    public async Task Rows_whose_lease_runs_out_in_a_slow_lane_are_handed_back_untried(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Emit(test, 10);
        using var relay = Over(test.Store, (consumer, _) =>
        {
            if (consumer == "north") test.Clock.Advance(TimeSpan.FromSeconds(5));
            return Task.CompletedTask;
        });
        await relay.DeliverDue(Never);
        Assert.NotEqual(0, await test.Store.Count("outbox", "attempts = 0 AND state = 'ready'"));
        Assert.Equal(0, await test.Store.Count("outbox", "attempts > 0 AND state = 'ready'"));
        while (await relay.DeliverDue(Never) > 0) { }
        Assert.Equal(Enumerable.Range(0, 10), _taken.Where(taken => taken.Consumer == "north").Select(taken => taken.Number));
    }

    [Fact]
    public async Task Two_nodes_share_the_work_without_doing_it_twice()
    {
        await using var test = await Sample.Open(Dialect.Postgres);
        var other = await test.OpenAnother();
        await Emit(test, 60);
        using var one = Over(test.Store, (_, stop) => Task.Delay(1, stop));
        using var two = Over(other, (_, stop) => Task.Delay(1, stop));
        await Task.WhenAll(Drain(one), Drain(two));
        Assert.Equal(120, _taken.Distinct().Count());
        Assert.Equal(120, _taken.Count);

        static async Task Drain(OutboxRelay relay)
        {
            while (await relay.DeliverDue(Never) > 0) { }
        }
    }

    [Theory, BothDialects]
    public async Task A_commit_starts_delivery_without_waiting_for_the_next_look(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect, TimeProvider.System);
        using var relay = Over(test.Store, (_, _) => Task.CompletedTask);
        await relay.StartAsync(Never);
        for (var number = 1; number <= 20; number++)
        {
            await Emit(test, 1);
            await Until(() => _taken.Count == 2 * number);
        }
        await relay.StopAsync(Never);
    }

    [Theory, BothDialects]
    public async Task A_delivered_event_is_kept_a_day_untouched_and_then_swept(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Emit(test, 600);
        using var relay = Over(test.Store, (_, _) => Task.CompletedTask);
        while (await relay.DeliverDue(Never) > 0) { }
        test.Clock.Advance(OutboxRelay.Kept - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await relay.Sweep(Never));
        Assert.Equal(0, await relay.DeliverDue(Never));
        Assert.Equal(1200, await test.Store.Count("outbox", "state = 'delivered'"));
        await Emit(test, 1);
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1200, await relay.Sweep(Never));
        Assert.Equal(2, await test.Store.Count("outbox", "state = 'ready'"));
    }

    [Theory, BothDialects]
    public async Task Whoever_claims_too_late_does_not_call_back_what_another_delivered(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Emit(test, 1);
        var held = new TaskCompletionSource();
        using var slow = Over(test.Store, (_, _) => held.Task);
        var late = slow.DeliverDue(Never);
        await Until(async () => await test.Store.Count("outbox", "attempts = 1") == 2);
        test.Clock.Advance(TimeSpan.FromSeconds(16));
        using var next = Over(test.Store, (_, _) => Task.CompletedTask);
        await next.DeliverDue(Never);
        held.SetException(new HttpRequestException());
        await late;
        Assert.Equal(2, await test.Store.Count("outbox", "state = 'delivered'"));
    }

    [Theory, BothDialects]
    public async Task A_consumer_takes_an_event_once_however_often_it_comes(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        var id = Guid.CreateVersion7();
        var firsts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            test.Store.Commit(Sample.Clinic, transaction => transaction.FirstTime(id, "sample"), Never))));
        Assert.Single(firsts, first => first);
        Assert.True(await test.Store.Commit(Sample.Clinic, transaction => transaction.FirstTime(id, "other"), Never));
    }

    [Theory, BothDialects]
    public async Task A_consumer_whose_work_failed_gets_the_event_again(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        var id = Guid.CreateVersion7();
        await Assert.ThrowsAsync<InvalidDataException>(() => test.Store.Commit<bool>(Sample.Clinic, async transaction =>
            await transaction.FirstTime(id, "sample") ? throw new InvalidDataException() : false, Never));
        Assert.True(await test.Store.Commit(Sample.Clinic, transaction => transaction.FirstTime(id, "sample"), Never));
    }

    OutboxRelay Over(Store store, Func<string, CancellationToken, Task> take) => new(store, async (consumer, @event, stop) =>
    {
        await take(consumer, stop);
        _taken.Enqueue((consumer, @event.Body.GetProperty("Number").GetInt32()));
    }, NullLogger<OutboxRelay>.Instance);

    static async Task Emit(TestStore test, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await test.Store.Commit(new Caller("sample", "ten_1"), async transaction => { await transaction.Emit(number); return 0; }, Never);
            test.Clock.Advance(TimeSpan.FromMilliseconds(1)); // what happened at one moment has no order
        }
    }

    static Task Until(Func<bool> there) => Until(() => Task.FromResult(there()));

    static async Task Until(Func<Task<bool>> there)
    {
        using var limit = new CancellationTokenSource(Long);
        while (!await there()) await Task.Delay(10, limit.Token);
    }
}

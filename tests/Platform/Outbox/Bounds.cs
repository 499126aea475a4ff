using System.Collections.Concurrent;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Outbox;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;
using Microsoft.Extensions.Logging;

namespace FirstRing.Tests.Platform.Outbox;

/// <summary>How long, how often and how many: the relay's bounds, to the microsecond, and what it says when they are reached.</summary>
public sealed class Bounds : IDisposable
{
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(15), Tick = TimeSpan.FromMicroseconds(1);

    readonly ConcurrentBag<string> _log = [];
    readonly ILoggerFactory _logs;
    readonly ConcurrentQueue<(string Consumer, OutboxEvent Event)> _taken = [];

    public Bounds() => _logs = LoggerFactory.Create(logging => logging.AddProvider(new Recorder(_log)));

    [Theory, BothDialects]
    public async Task What_was_not_taken_waits_between_half_and_all_of_a_step_that_doubles_up_to_five_minutes(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Emit(test, 1);
        // By the last byte of their ids: one as early as can be, the other as late.
        await Sql(test.Store, "UPDATE outbox SET id = substr(id, 1, 30) || CASE consumer WHEN 'north' THEN '00' ELSE 'ff' END");
        using var relay = Over(test.Store, _ => throw new HttpRequestException());
        foreach (var (attempt, step) in ((int, double)[])[(1, 0.1), (2, 0.2), (3, 0.4), (12, 204.8), (13, 300), (22, 300), (OutboxRelay.MaxAttempts - 1, 300)])
        {
            await Sql(test.Store, $"UPDATE outbox SET attempts = {attempt - 1}, due_at = 0");
            Assert.Equal(2, await relay.DeliverDue(Never));
            var due = await test.Store.ReadList<long>("SELECT due_at FROM outbox WHERE state = 'ready' ORDER BY consumer", null, Never);
            Assert.Equal([TimeSpan.FromSeconds(step / 2), TimeSpan.FromSeconds(step)], due.Select(at => TimeSpan.FromMicroseconds(at - test.Clock.Microseconds())));
        }
    }

    [Fact]
    public async Task A_row_is_due_at_its_moment_and_not_before()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await Emit(test, 1);
        await Sql(test.Store, $"UPDATE outbox SET due_at = {test.Clock.Microseconds() + 1}");
        using var relay = Over(test.Store);
        Assert.Equal(0, await relay.DeliverDue(Never));
        test.Clock.Advance(Tick);
        Assert.Equal(2, await relay.DeliverDue(Never));
    }

    [Theory, BothDialects]
    public async Task A_claim_is_good_for_its_lease_and_counts_as_an_attempt(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Emit(test, 1);
        using var crash = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        using var crashed = Over(test.Store, stop => { begun.TrySetResult(); return Task.Delay(Timeout.Infinite, stop); });
        await Sql(test.Store, "DELETE FROM outbox WHERE consumer = 'south'");
        var lost = crashed.DeliverDue(crash.Token);
        await begun.Task;
        test.Clock.Advance(Lease - Tick);
        using var next = Over(test.Store);
        Assert.Equal(0, await next.DeliverDue(Never));
        test.Clock.Advance(Tick);
        Assert.Equal(1, await next.DeliverDue(Never));
        Assert.Equal(1, await test.Store.Count("outbox", "attempts = 2 AND state = 'delivered'"));
        await crash.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost);
        // Whoever came too late changed nothing of it.
        Assert.Equal(1, await test.Store.Count("outbox", "attempts = 2 AND state = 'delivered'"));
    }

    [Theory, BothDialects]
    public async Task No_delivery_begins_in_the_last_six_seconds_of_a_lease_and_what_was_not_tried_is_due_at_once(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Emit(test, 10);
        await Sql(test.Store, "DELETE FROM outbox WHERE consumer = 'south'");
        using var relay = Over(test.Store, _ =>
        {
            test.Clock.Advance(TimeSpan.FromSeconds(3));
            return Task.CompletedTask;
        });
        Assert.Equal(10, await relay.DeliverDue(Never)); // at 0, 3, 6 and 9 s of fifteen
        Assert.Equal([0, 1, 2, 3], Numbers());
        Assert.Equal(6, await test.Store.Count("outbox", $"state = 'ready' AND attempts = 0 AND due_at = {test.Clock.Microseconds()}"));
        Assert.Equal(6, await relay.DeliverDue(Never));
        Assert.Equal(Enumerable.Range(0, 8), Numbers());
    }

    [Theory, BothDialects]
    public async Task Of_one_consumers_rows_sixteen_are_claimed_at_once_and_the_oldest_go_first(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Emit(test, 20);
        await Sql(test.Store, "DELETE FROM outbox WHERE consumer = 'south'");
        await Sql(test.Store, "UPDATE outbox SET due_at = 1"); // all due at one moment: told apart by when they happened
        using var relay = Over(test.Store);
        Assert.Equal(16, await relay.DeliverDue(Never));
        Assert.Equal(4, await relay.DeliverDue(Never));
        Assert.Equal(20, _taken.Select(taken => taken.Event.Id).Distinct().Count());
        Assert.Equal(Numbers()[..16].Order(), Numbers()[..16]);
    }

    [Fact]
    public async Task An_event_comes_as_it_was_emitted()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        var at = test.Clock.Microseconds();
        await Emit(test, 1);
        using var relay = Over(test.Store);
        await relay.DeliverDue(Never);
        var ids = await test.Store.ReadList<string>("SELECT id FROM outbox", null, Never);
        Assert.Equal(["north", "south"], _taken.Select(taken => taken.Consumer).Order(StringComparer.Ordinal));
        Assert.All(_taken, taken => Assert.Equal((Sample.Happened, "ten_1", at), (taken.Event.Type, taken.Event.Tenant, taken.Event.At)));
        Assert.Equal(ids.Order(StringComparer.Ordinal), _taken.Select(taken => taken.Event.Id.ToString("N")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_log_says_what_was_not_taken_and_what_now_waits_for_a_person()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await Emit(test, 1);
        await Sql(test.Store, "DELETE FROM outbox WHERE consumer = 'south'");
        await Sql(test.Store, $"UPDATE outbox SET attempts = {OutboxRelay.MaxAttempts - 2}");
        using var relay = Over(test.Store, _ => throw new HttpRequestException("of somebody"));
        await relay.DeliverDue(Never);
        Assert.Equal("Event sample.Happened was not taken by north at attempt 399: HttpRequestException", Assert.Single(_log).Trim());
        test.Clock.Advance(TimeSpan.FromMinutes(5));
        await relay.DeliverDue(Never);
        Assert.Contains("Event sample.Happened was not taken by north in 400 attempts and now waits for a person: HttpRequestException", _log.Select(line => line.Trim()));
        Assert.Equal(2, _log.Count);
    }

    [Theory, BothDialects]
    public async Task What_was_delivered_is_kept_until_the_end_of_its_day_of_every_consumer(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Emit(test, 1);
        using var relay = Over(test.Store);
        await relay.DeliverDue(Never);
        test.Clock.Advance(OutboxRelay.Kept - Tick);
        Assert.Equal(0, await relay.Sweep(Never));
        await Emit(test, 1);
        await relay.DeliverDue(Never);
        test.Clock.Advance(Tick);
        Assert.Equal(2, await relay.Sweep(Never));
        Assert.Equal(2, await test.Store.Count("outbox", "state = 'delivered'"));
    }

    [Fact]
    public async Task A_running_relay_sweeps_when_it_starts_and_every_ten_minutes()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        using var relay = Over(test.Store);
        await Emit(test, 1);
        await relay.DeliverDue(Never);
        test.Clock.Advance(OutboxRelay.Kept);
        await relay.StartAsync(Never);
        await Comes(test, "what is old is gone at the start", async () => await test.Store.Count("outbox") == 0);

        await Emit(test, 1);
        await Comes(test, "the next was delivered", async () => await test.Store.Count("outbox", "state = 'delivered'") == 2);
        await Sql(test.Store, "UPDATE outbox SET due_at = 0"); // its day is over
        test.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        test.Store.Wakes.Signal(OutboxRelay.Topic);
        await Emit(test, 1);
        await Comes(test, "it went round", async () => await test.Store.Count("outbox", "state = 'delivered' AND due_at > 0") == 2);
        Assert.Equal(2, await test.Store.Count("outbox", "due_at = 0")); // not yet
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await Comes(test, "what is old is gone", async () => await test.Store.Count("outbox", "due_at = 0") == 0);
        await relay.StopAsync(Never);
        Assert.Empty(_log);
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_is_said_and_gone_on_with_when_it_can()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await Emit(test, 1);
        await Sql(test.Store, "ALTER TABLE outbox RENAME TO away");
        using var relay = Over(test.Store);
        await relay.StartAsync(Never);
        await Comes(test, "it is said", () => Task.FromResult(!_log.IsEmpty));
        Assert.Equal("The outbox of sample could not be read: SqliteException", Assert.Single(_log).Trim()); // and not again and again while the clock stands
        await Sql(test.Store, "ALTER TABLE away RENAME TO outbox");
        await Comes(test, "what waited is delivered", () =>
        {
            test.Clock.Advance(TimeSpan.FromSeconds(2));
            return Task.FromResult(_taken.Count == 2);
        });
        await relay.StopAsync(Never);
    }

    [Fact]
    public async Task A_lane_that_cannot_write_is_said_and_gone_on_with_when_it_can()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await Emit(test, 1);
        await Sql(test.Store, "CREATE TRIGGER broken BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END");
        using var relay = Over(test.Store);
        await relay.StartAsync(Never);
        await Comes(test, "it is said of both lanes", () => Task.FromResult(_log.Count == 2));
        Assert.All(_log, line => Assert.Equal("The outbox of sample could not be read: SqliteException", line.Trim()));
        Assert.Empty(_taken);
        await Sql(test.Store, "DROP TRIGGER broken");
        await Comes(test, "what waited is delivered", () =>
        {
            test.Clock.Advance(TimeSpan.FromSeconds(2));
            return Task.FromResult(_taken.Count == 2);
        });
        await relay.StopAsync(Never);
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_delivery_is_no_failure_and_ends_when_the_claim_is_handed_back()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await Emit(test, 3);
        var begun = new TaskCompletionSource();
        using var relay = Over(test.Store, stop => { begun.TrySetResult(); return Task.Delay(Timeout.Infinite, stop); });
        await relay.StartAsync(Never);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await relay.StopAsync(Never);
        Assert.Equal(6, await test.Store.Count("outbox", "attempts = 0 AND state = 'ready'"));
        Assert.Empty(_log);
    }

    [Fact]
    public async Task A_row_is_tried_again_when_it_is_due_and_not_only_at_the_next_look()
    {
        await using var test = await Sample.Open(Dialect.Sqlite, TimeProvider.System);
        await Emit(test, 1);
        await Sql(test.Store, "DELETE FROM outbox WHERE consumer = 'south'");
        var tries = 0;
        using var relay = Over(test.Store, _ => ++tries < 4 ? throw new HttpRequestException() : Task.CompletedTask);
        var from = System.Diagnostics.Stopwatch.GetTimestamp();
        await relay.StartAsync(Never);
        await Eventually.True("it is taken", () => Task.FromResult(!_taken.IsEmpty)); // and nobody wakes it
        // Three waits of at most 0.1, 0.2 and 0.4 s; by looks alone it would be six seconds.
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(from) < TimeSpan.FromSeconds(5));
        await relay.StopAsync(Never);
    }

    List<int> Numbers() => [.. _taken.Select(taken => taken.Event.Body.GetProperty("Number").GetInt32())];

    // A relay looks when it is woken: what a moved clock made due wakes nobody.
    static Task Comes(TestStore test, string what, Func<Task<bool>> look) => Eventually.True(what, () =>
    {
        test.Store.Wakes.Signal(OutboxRelay.Topic);
        return look();
    });

    OutboxRelay Over(Store store, Func<CancellationToken, Task>? take = null) => new(store, async (consumer, @event, stop) =>
    {
        if (take is not null) await take(stop);
        _taken.Enqueue((consumer, @event with { Body = @event.Body.Clone() }));
    }, _logs.CreateLogger<OutboxRelay>());

    static async Task Emit(TestStore test, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await test.Store.Commit(new Caller("sample", "ten_1"), async transaction => { await transaction.Emit(number); return 0; }, Never);
            test.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    static Task<int> Sql(Store store, string statement) => store.Commit(Sample.Clinic, transaction => transaction.Execute(statement), Never);

    public void Dispose() => _logs.Dispose();
}

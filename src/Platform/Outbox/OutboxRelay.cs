using System.Collections.Concurrent;
using System.Text.Json;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Platform.Outbox;

/// <summary>Carries one event to one consumer. Throws where it was not taken.</summary>
public delegate Task EventCarrier(string consumer, OutboxEvent @event, CancellationToken stop);

/// <summary>An event as it lies in the outbox. <paramref name="At"/> in UTC microseconds.</summary>
public sealed record OutboxEvent(Guid Id, string Type, string Tenant, long At, JsonElement Body);

/// <summary>
/// Delivers a store's outbox rows, at least once, with backoff; after <see cref="MaxAttempts"/> a row is dead and waits for a person.
/// Rows are claimed by state, never by high-water mark: an id taken early may commit late. Each consumer has a lane of its own, so that one in trouble
/// holds up no other. A delivered row is kept for <see cref="Kept"/>: a consumer that was restored to a moment before its delivery gets it again.
/// </summary>
public sealed partial class OutboxRelay(Store store, EventCarrier carry, ILogger<OutboxRelay> log) : BackgroundService
{
    public const string Topic = "outbox";

    /// <summary>About a day of a consumer's absence: 12 attempts in the first seven minutes, then one every 2.5 to 5.</summary>
    public const int MaxAttempts = 400;

    /// <summary>For how long a delivered row stays; of a delivered row <c>due_at</c> is the end of that.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    const int Claim = 16, Swept = 500;
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(2), LongestDelay = TimeSpan.FromMinutes(5), SweepEvery = TimeSpan.FromMinutes(10);

    // A claim is good for the lease; no delivery begins when less than the carrier's own deadline (5 s) is left of it.
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(15), Reserve = TimeSpan.FromSeconds(6);

    readonly ConcurrentDictionary<string, TaskCompletionSource> _lanes = new();

    sealed record Row(string Id, string Consumer, string Type, string Tenant, long At, string Body, long Attempts);
    sealed record Lane(string Consumer, long DueAt);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var sweepAt = store.Clock.Microseconds();
        while (!stoppingToken.IsCancellationRequested)
        {
            using var ticket = store.Wakes.Watch(Topic);
            try
            {
                if (store.Clock.Microseconds() >= sweepAt)
                {
                    sweepAt = store.Clock.Microseconds() + Micros(SweepEvery);
                    await Sweep(stoppingToken);
                }
                var idle = Idle;
                foreach (var lane in await Lanes("ready", stoppingToken))
                {
                    var wait = TimeSpan.FromMicroseconds(lane.DueAt - store.Clock.Microseconds());
                    if (wait > TimeSpan.Zero) idle = wait < idle ? wait : idle;
                    else if (_lanes.TryAdd(lane.Consumer, new TaskCompletionSource())) _ = Task.Run(() => Empty(lane.Consumer, stoppingToken), CancellationToken.None);
                }
                await ticket.Wait(idle, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { break; }
            catch (Exception failure)
            {
                LogRelayFailed(store.Service, failure.GetType().Name);
                await Task.Delay(Idle, store.Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        await Task.WhenAll(_lanes.Values.Select(lane => lane.Task));
    }

    async Task Empty(string consumer, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && await DeliverTo(consumer, stop) > 0) { }
        }
        catch (Exception failure)
        {
            if (!stop.IsCancellationRequested)
            {
                LogRelayFailed(store.Service, failure.GetType().Name);
                await Task.Delay(Idle, store.Clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            _lanes.TryRemove(consumer, out var lane);
            lane?.SetResult();
            store.Wakes.Signal(Topic); // a row that came between our last look and now
        }
    }

    /// <summary>One round for every consumer that has rows due. Returns how many rows were claimed.</summary>
    public async Task<int> DeliverDue(CancellationToken stop)
    {
        var now = store.Clock.Microseconds();
        var due = (await Lanes("ready", stop)).Where(lane => lane.DueAt <= now);
        return (await Task.WhenAll(due.Select(lane => DeliverTo(lane.Consumer, stop)))).Sum();
    }

    /// <summary>Takes away what was delivered longer ago than <see cref="Kept"/>. Returns how many rows.</summary>
    public async Task<int> Sweep(CancellationToken stop)
    {
        var all = 0;
        foreach (var lane in (await Lanes("delivered", stop)).Where(lane => lane.DueAt <= store.Clock.Microseconds()))
            for (var swept = Swept; swept == Swept; all += swept)
                swept = await store.Commit(Caller.System(store.Service), transaction => transaction.Execute(
                    $"""
                    DELETE FROM outbox WHERE (id, consumer) IN (SELECT id, consumer FROM outbox WHERE state = 'delivered' AND consumer = @Consumer AND due_at <= @Now
                      ORDER BY due_at, id LIMIT {Swept})
                    """, new { lane.Consumer, transaction.Now }), stop);
        return all;
    }

    // Steps from consumer to consumer through the index: a long backlog costs no more than a short one.
    Task<List<Lane>> Lanes(string state, CancellationToken stop) => store.ReadList<Lane>(
        """
        WITH RECURSIVE lane (consumer) AS (
          SELECT MIN(consumer) FROM outbox WHERE state = @state
          UNION ALL
          SELECT (SELECT MIN(outbox.consumer) FROM outbox WHERE state = @state AND outbox.consumer > lane.consumer) FROM lane WHERE lane.consumer IS NOT NULL)
        SELECT outbox.consumer AS Consumer, outbox.due_at AS DueAt FROM lane JOIN outbox ON outbox.consumer = lane.consumer
          AND outbox.id = (SELECT first.id FROM outbox first WHERE first.state = @state AND first.consumer = lane.consumer ORDER BY first.due_at, first.id LIMIT 1)
        """, new { state }, stop);

    async Task<int> DeliverTo(string consumer, CancellationToken stop)
    {
        var (rows, until) = await store.Commit(Caller.System(store.Service), async transaction => (await transaction.List<Row>(
            $"""
            UPDATE outbox SET due_at = @until, attempts = attempts + 1 WHERE (id, consumer) IN
              (SELECT id, consumer FROM outbox WHERE state = 'ready' AND consumer = @consumer AND due_at <= @now
               ORDER BY due_at, id LIMIT {Claim}{transaction.SkipLocked()})
            RETURNING id AS Id, consumer AS Consumer, type AS Type, tenant AS Tenant, at AS At, body AS Body, attempts AS Attempts
            """,
            new { consumer, now = transaction.Now, until = transaction.Now + Micros(Lease) }), transaction.Now + Micros(Lease)), stop);
        var left = new Queue<Row>(rows.OrderBy(row => row.At)); // what happened at one moment has no order
        try
        {
            while (left.Count > 0 && store.Clock.Microseconds() <= until - Micros(Reserve))
            {
                var row = left.Peek();
                var taken = await Taken(row, stop);
                left.Dequeue();
                await Settle(row, taken);
            }
        }
        finally
        {
            // Not tried: handed back at once, and the claim does not count as an attempt.
            if (left.Count > 0)
                await store.Commit(Caller.System(store.Service), transaction => transaction.Execute(
                    "UPDATE outbox SET due_at = @now, attempts = attempts - 1 WHERE id = @Id AND consumer = @Consumer AND due_at = @until AND attempts = @Attempts",
                    left.Select(row => new { row.Id, row.Consumer, row.Attempts, until, now = transaction.Now })), CancellationToken.None);
        }
        return rows.Count;
    }

    async Task<bool> Taken(Row row, CancellationToken stop)
    {
        try
        {
            using var body = JsonDocument.Parse(row.Body);
            await carry(row.Consumer, new OutboxEvent(Guid.ParseExact(row.Id, "N"), row.Type, row.Tenant, row.At, body.RootElement), stop);
            return true;
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            if (row.Attempts >= MaxAttempts) LogDead(row.Type, row.Consumer, row.Attempts, failure.GetType().Name);
            else LogNotTaken(row.Type, row.Consumer, row.Attempts, failure.GetType().Name);
            return false;
        }
    }

    // Not cancelled by a stop: an event that was taken should not come twice for want of a line in the store.
    Task Settle(Row row, bool taken) => store.Commit(Caller.System(store.Service), transaction => transaction.Execute(
        "UPDATE outbox SET state = @state, due_at = @due WHERE id = @Id AND consumer = @Consumer AND state <> 'delivered'",
        new
        {
            row.Id, row.Consumer,
            state = taken ? "delivered" : row.Attempts >= MaxAttempts ? "dead" : "ready",
            due = transaction.Now + (taken ? Micros(Kept) : Delay(row)),
        }), CancellationToken.None);

    // Exponential from 100 ms; the spread comes from the row's own random id bits, so that a burst does not come back as a burst.
    static long Delay(Row row)
    {
        var cap = Math.Min(Micros(LongestDelay), 100_000 * Math.Pow(2, Math.Min(row.Attempts - 1, 20)));
        var spread = Convert.ToInt32(row.Id[^2..], 16) / 255.0;
        return (long)(cap * (0.5 + 0.5 * spread));
    }

    static long Micros(TimeSpan time) => (long)time.TotalMicroseconds;

    [LoggerMessage(1, LogLevel.Warning, "Event {Type} was not taken by {Consumer} at attempt {Attempt}: {Failure}")]
    partial void LogNotTaken(string type, string consumer, long attempt, string failure);

    [LoggerMessage(2, LogLevel.Error, "The outbox of {Service} could not be read: {Failure}")]
    partial void LogRelayFailed(string service, string failure);

    [LoggerMessage(3, LogLevel.Error, "Event {Type} was not taken by {Consumer} in {Attempt} attempts and now waits for a person: {Failure}")]
    partial void LogDead(string type, string consumer, long attempt, string failure);
}

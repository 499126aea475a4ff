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
/// Rows are claimed by state, never by high-water mark: an id taken early may commit late.
/// </summary>
public sealed partial class OutboxRelay(Store store, EventCarrier carry, ILogger<OutboxRelay> log) : BackgroundService
{
    public const string Topic = "outbox";
    public const int MaxAttempts = 20;
    const int Claim = 50;
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(2), Lease = TimeSpan.FromSeconds(15), LongestDelay = TimeSpan.FromMinutes(5);

    sealed record Row(string Id, string Consumer, string Type, string Tenant, long At, string Body, long Attempts);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            using var ticket = store.Wakes.Watch(Topic);
            try
            {
                if (await DeliverDue(stoppingToken) == 0) await ticket.Wait(Idle, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { break; }
            catch (Exception failure)
            {
                LogRelayFailed(store.Service, failure.GetType().Name);
                await ticket.Wait(Idle, stoppingToken);
            }
        }
    }

    /// <summary>One round. Returns how many rows were claimed.</summary>
    public async Task<int> DeliverDue(CancellationToken stop)
    {
        var rows = await store.Commit(Caller.System(store.Service), transaction => transaction.List<Row>(
            $"""
            UPDATE outbox SET due_at = @lease, attempts = attempts + 1 WHERE (id, consumer) IN
              (SELECT id, consumer FROM outbox WHERE state = 'ready' AND due_at <= @now ORDER BY id LIMIT {Claim}{transaction.SkipLocked()})
            RETURNING id AS Id, consumer AS Consumer, type AS Type, tenant AS Tenant, at AS At, body AS Body, attempts AS Attempts
            """,
            new { now = transaction.Now, lease = transaction.Now + (long)Lease.TotalMicroseconds }), stop);
        // One consumer in trouble must not hold up another: each has a lane of its own, in order of id.
        await Task.WhenAll(rows.GroupBy(row => row.Consumer).Select(async lane =>
        {
            foreach (var row in lane.OrderBy(row => row.Id, StringComparer.Ordinal)) await Deliver(row, stop);
        }));
        return rows.Count;
    }

    async Task Deliver(Row row, CancellationToken stop)
    {
        var taken = false;
        try
        {
            using var body = JsonDocument.Parse(row.Body);
            await carry(row.Consumer, new OutboxEvent(Guid.ParseExact(row.Id, "N"), row.Type, row.Tenant, row.At, body.RootElement), stop);
            taken = true;
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            LogNotTaken(row.Type, row.Consumer, row.Attempts, failure.GetType().Name);
        }
        await store.Commit(Caller.System(store.Service), transaction => transaction.Execute(
            taken
                ? "DELETE FROM outbox WHERE id = @Id AND consumer = @Consumer"
                : "UPDATE outbox SET state = @state, due_at = @due WHERE id = @Id AND consumer = @Consumer",
            new { row.Id, row.Consumer, state = row.Attempts >= MaxAttempts ? "dead" : "ready", due = transaction.Now + Delay(row) }), stop);
    }

    // Exponential from 100 ms; the spread comes from the row's own random id bits, so that a burst does not come back as a burst.
    static long Delay(Row row)
    {
        var cap = Math.Min(LongestDelay.TotalMicroseconds, 100_000 * Math.Pow(2, Math.Min(row.Attempts - 1, 20)));
        var spread = Convert.ToInt32(row.Id[^2..], 16) / 255.0;
        return (long)(cap * (0.5 + 0.5 * spread));
    }

    [LoggerMessage(1, LogLevel.Warning, "Event {Type} was not taken by {Consumer} at attempt {Attempt}: {Failure}")]
    partial void LogNotTaken(string type, string consumer, long attempt, string failure);

    [LoggerMessage(2, LogLevel.Error, "The outbox of {Service} could not be read: {Failure}")]
    partial void LogRelayFailed(string service, string failure);
}

using FirstRing.Contracts;
using FirstRing.Contracts.Notifications;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Notifications.Deliveries;

/// <summary>One that is being tried. <paramref name="Recipient"/>: opaque id of the member of staff; null for the patient of the visit that it is about.</summary>
internal sealed record Claimed(DeliveryId Id, TenantId Tenant, string Template, string Subject, string? Recipient, long Attempts, long AttemptsSinceReplay, long CreatedAt);

/// <summary>
/// Every statement on <c>deliveries</c> and <c>delivery_attempts</c>. A claim is a lease: whoever dies with one loses nothing, another tries when it has run out.
/// </summary>
internal sealed class DeliveryStore(Store store)
{
    public const string Topic = "deliveries";
    const string Columns =
        """
        SELECT id AS Id, template AS Template, subject AS Subject, state AS State, attempts AS Attempts, outcome AS Outcome, created_at AS CreatedAt, due_at AS DueAt,
               settled_at AS SettledAt FROM deliveries
        """;
    const int Batch = 8, Most = 200;

    /// <summary>About two days: nine attempts in the first four hours, then one an hour.</summary>
    public const int MostAttempts = 52;

    static readonly long Lease = Micros(TimeSpan.FromMinutes(2)), First = Micros(TimeSpan.FromMinutes(1)), Longest = Micros(TimeSpan.FromHours(1));

    sealed record Row(string Id, string Template, string Subject, string State, long Attempts, string? Outcome, long CreatedAt, long DueAt, long? SettledAt);
    sealed record ClaimedRow(string Id, string Tenant, string Template, string Subject, string? Recipient, long Attempts, long AttemptsSinceReplay, long CreatedAt);

    public TimeProvider Clock => store.Clock;
    public Wakes Wakes => store.Wakes;

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    public static async Task Add(Transaction transaction, TenantId tenant, string template, string subject, string? recipient)
    {
        await transaction.Execute(
            """
            INSERT INTO deliveries (id, tenant, template, subject, recipient, state, attempts, attempts_since_replay, due_at, created_at)
            VALUES (@id, @tenant, @template, @subject, @recipient, 'ready', 0, 0, @Now, @Now)
            """, new { id = new DeliveryId(NewId.Random()).ToString(), tenant = tenant.ToString(), template, subject, recipient, transaction.Now });
        transaction.Wake(Topic);
    }

    public Task<List<Claimed>> Claim(CancellationToken stop) => store.Commit(Caller.System(store.Service), async transaction =>
        (await transaction.List<ClaimedRow>(
            $"""
            UPDATE deliveries SET due_at = @until, attempts = attempts + 1, attempts_since_replay = attempts_since_replay + 1 WHERE id IN
              (SELECT id FROM deliveries WHERE state = 'ready' AND due_at <= @Now ORDER BY due_at, id LIMIT {Batch}{transaction.SkipLocked()})
            RETURNING id AS Id, tenant AS Tenant, template AS Template, subject AS Subject, recipient AS Recipient, attempts AS Attempts, attempts_since_replay AS AttemptsSinceReplay,
              created_at AS CreatedAt
            """, new { until = transaction.Now + Lease, transaction.Now }))
        .Select(row => new Claimed(DeliveryId.Parse(row.Id, null), TenantId.Parse(row.Tenant, null), row.Template, row.Subject, row.Recipient, row.Attempts, row.AttemptsSinceReplay, row.CreatedAt)).ToList(), stop);

    /// <summary>Not cancelled by a stop: what was sent should not go twice for want of a line in the store.</summary>
    public Task Settle(Claimed claimed, Outcome outcome) => store.Commit(Caller.System(store.Service, claimed.Tenant.ToString()), async transaction =>
    {
        var next = outcome.Next == DeliveryState.Ready && claimed.AttemptsSinceReplay >= MostAttempts ? DeliveryState.Dead : outcome.Next;
        var arguments = new
        {
            id = claimed.Id.ToString(),
            claimed.Attempts,
            state = WireName.Of(next),
            outcome.Code,
            due = transaction.Now + Delay(claimed),
            settled = next == DeliveryState.Ready ? (long?)null : transaction.Now,
            transaction.Now,
        };
        await transaction.Execute("INSERT INTO delivery_attempts (delivery, number, outcome, at) VALUES (@id, @Attempts, @Code, @Now) ON CONFLICT (delivery, number) DO NOTHING", arguments);
        // Another's claim since then (this one's lease ran out) decides for itself, but what was sent is sent.
        await transaction.Execute($"UPDATE deliveries SET state = @state, outcome = @Code, due_at = @due, settled_at = @settled WHERE id = @id AND state = 'ready' AND (attempts = @Attempts OR @state = 'sent')", arguments);
        transaction.Audit("deliver", claimed.Id.ToString(), outcome.Code);
        return Done.Yes;
    }, CancellationToken.None);

    /// <summary>When the next one is due; null where none waits.</summary>
    public Task<long?> NextDue(CancellationToken stop) => store.ReadOne<long?>("SELECT MIN(due_at) FROM deliveries WHERE state = 'ready'", null, stop);

    public async Task<IReadOnlyList<Delivery>> List(TenantId tenant, CancellationToken stop) => [.. (await store.ReadList<Row>(
        $"{Columns} WHERE tenant = @tenant ORDER BY CASE WHEN state = 'dead' THEN 0 ELSE 1 END, created_at DESC, id LIMIT {Most}", new { tenant = tenant.ToString() }, stop)).Select(ToDelivery)];

    public static async Task<Delivery?> Hold(Transaction transaction, TenantId tenant, DeliveryId id) =>
        await transaction.One<Row>($"{Columns} WHERE tenant = @tenant AND id = @id{transaction.ForUpdate()}", new { tenant = tenant.ToString(), id = id.ToString() }) is { } row ? ToDelivery(row) : null;

    public static async Task Replay(Transaction transaction, DeliveryId id)
    {
        await transaction.Execute("UPDATE deliveries SET state = 'ready', attempts_since_replay = 0, due_at = @Now, settled_at = NULL WHERE id = @id", new { id = id.ToString(), transaction.Now });
        transaction.Wake(Topic);
    }

    // Doubles from a minute to an hour, spread by the row's own random bits: what failed together does not come back together.
    static long Delay(Claimed claimed) =>
        (long)(Math.Min(Longest, First * Math.Pow(2, Math.Min(claimed.AttemptsSinceReplay - 1, 10))) * (0.75 + 0.25 * claimed.Id.Value.ToByteArray()[15] / 255.0));

    static Delivery ToDelivery(Row row) => new(DeliveryId.Parse(row.Id, null), row.Template, row.Subject, WireName.To<DeliveryState>(row.State), (int)row.Attempts, row.Outcome,
        row.CreatedAt, row.DueAt, row.SettledAt);

    static long Micros(TimeSpan time) => (long)time.TotalMicroseconds;
}

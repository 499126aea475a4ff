using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Links;
using FirstRing.Identity.Logins;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.Proxies;

/// <summary>
/// Every statement on <c>proxies</c>: ids, times and what is allowed, no word about anybody. A grant holds as long as nobody ended it and its time runs, both asked at each look,
/// so that its end needs no row to be written.
/// </summary>
internal sealed class ProxyStore(Store store)
{
    const int Most = 200;
    const string Columns =
        "SELECT id AS Id, tenant AS Tenant, patient AS Patient, scopes AS Scopes, from_at AS FromAt, until_at AS UntilAt, ended_at AS EndedAt, ended_by AS EndedBy FROM proxies";

    // Properties, not a constructor: SQLite knows no type of a column that is null in the first row, and a constructor is matched by types.
    sealed class Row
    {
        public string Id { get; init; } = "";
        public string Tenant { get; init; } = "";
        public string Patient { get; init; } = "";
        public string Scopes { get; init; } = "";
        public long FromAt { get; init; }
        public long UntilAt { get; init; }
        public long? EndedAt { get; init; }
        public string? EndedBy { get; init; }
    }

    public TimeProvider Clock => store.Clock;

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    public static Task<int> Insert(Transaction transaction, TenantId tenant, ProxyGrant grant) => transaction.Execute(
        """
        INSERT INTO proxies (id, tenant, patient, scopes, from_at, until_at, granted_by) VALUES (@id, @tenant, @patient, @scopes, @From, @Until, @by)
        ON CONFLICT (id) DO NOTHING
        """,
        new
        {
            id = grant.Id.ToString(),
            tenant = tenant.ToString(),
            patient = grant.Patient.ToString(),
            scopes = Text(grant.Scopes),
            grant.From,
            grant.Until,
            by = transaction.Caller.Actor,
        });

    /// <summary>The grant, held until the transaction ends: what is made by it and its end come one after the other.</summary>
    public static async Task<ProxyGrant?> Hold(Transaction transaction, TenantId tenant, ProxyId id) =>
        await transaction.One<Row>($"{Columns} WHERE tenant = @tenant AND id = @id{transaction.ForUpdate()}", new { tenant = tenant.ToString(), id = id.ToString() }) is { } row ? ToGrant(row, transaction.Now) : null;

    public async Task<ProxyGrant?> Find(TenantId tenant, ProxyId id, CancellationToken stop) =>
        await store.ReadOne<Row>($"{Columns} WHERE tenant = @tenant AND id = @id", new { tenant = tenant.ToString(), id = id.ToString() }, stop) is { } row ? ToGrant(row, store.Clock.Microseconds()) : null;

    /// <summary>The grant that a link is under; null for anybody but a proxy. Not held: the link is, and its end waits for that.</summary>
    public static async Task<ProxyGrant?> Of(Transaction transaction, Link link) => link.Proxy is { } proxy
        && await transaction.One<Row>($"{Columns} WHERE tenant = @tenant AND id = @id", new { tenant = link.Tenant.ToString(), id = proxy.ToString() }) is { } row ? ToGrant(row, transaction.Now) : null;

    /// <summary>Why whoever comes by a link of a proxy is told that there is none; null for everybody else. <paramref name="may"/>: what scheduling said.</summary>
    public static async Task<Refusal?> WhyNot(Transaction transaction, Link link, bool may)
    {
        if (link.Proxy is null || may && await Of(transaction, link) is { Holds: true }) return null;
        transaction.Audit("enter-by-link", link.Visit.ToString(), Refusals.LinkNotValid.Code, link.Patient?.ToString());
        return Refusals.LinkNotValid;
    }

    public static async Task<IReadOnlyList<ProxyGrant>> List(Transaction transaction, TenantId tenant, PatientId patient) => [.. (await transaction.List<Row>(
        $"{Columns} WHERE tenant = @tenant AND patient = @patient ORDER BY CASE WHEN ended_at IS NULL AND until_at > @Now THEN 0 ELSE 1 END, from_at DESC, id LIMIT {Most}",
        new { tenant = tenant.ToString(), patient = patient.ToString(), transaction.Now })).Select(row => ToGrant(row, transaction.Now))];

    /// <summary>Those whose time is up and whose end nobody has noted yet.</summary>
    public async Task<IReadOnlyList<(TenantId Tenant, ProxyGrant Grant)>> Over(CancellationToken stop)
    {
        var now = store.Clock.Microseconds();
        return [.. (await store.ReadList<Row>($"{Columns} WHERE ended_at IS NULL AND until_at <= @now ORDER BY until_at, id LIMIT {Most}", new { now }, stop)).Select(row => (TenantId.Parse(row.Tenant, null), ToGrant(row, now)))];
    }

    /// <summary>Whether a link of this proxy for this participant opens still.</summary>
    public async Task<bool> HasLink(ProxyId id, ParticipantId participant, CancellationToken stop) => await store.ReadOne<long>(
        "SELECT COUNT(*) FROM links WHERE proxy = @id AND participant = @participant AND revoked_at IS NULL AND expires_at > @now",
        new { id = id.ToString(), participant = participant.ToString(), now = store.Clock.Microseconds() }, stop) > 0;

    /// <summary>Ends a grant with its links, and tells whoever takes passes; false where it had ended before.</summary>
    public static async Task<bool> End(Transaction transaction, ProxyGrant grant, long at, ProxyEnd by)
    {
        if (await transaction.Execute("UPDATE proxies SET ended_at = @at, ended_by = @by WHERE id = @id AND ended_at IS NULL", new { id = grant.Id.ToString(), at, by = WireName.Of(by) }) == 0) return false;
        foreach (var link in await LinkStore.RevokeOf(transaction, grant.Id)) await LoginStore.Tell(transaction, link);
        transaction.Audit("end-proxy", grant.Id.ToString(), WireName.Of(by), grant.Patient.ToString());
        return true;
    }

    static string Text(IReadOnlyList<ProxyScope> scopes) => string.Join(' ', scopes.Select(WireName.Of));

    static ProxyGrant ToGrant(Row row, long now) => new(ProxyId.Parse(row.Id, null), PatientId.Parse(row.Patient, null), [.. row.Scopes.Split(' ').Select(WireName.To<ProxyScope>)], row.FromAt, row.UntilAt,
        row.EndedAt is null && row.FromAt <= now && now < row.UntilAt, row.EndedAt, row.EndedBy is { } by ? WireName.To<ProxyEnd>(by) : null);
}

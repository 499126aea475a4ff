using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.Links;

/// <summary>Every statement on <c>links</c> and <c>proven_devices</c>.</summary>
internal sealed class LinkStore(Store store)
{
    const string TokenPurpose = "link-token";
    const string Columns =
        """
        SELECT token_hash AS TokenHash, tenant AS Tenant, visit AS Visit, call AS Call, participant AS Participant, role AS Role, patient AS Patient,
               not_before AS NotBefore, expires_at AS Expires, device_hash AS DeviceHash, revoked_at AS RevokedAt, proxy AS Proxy FROM links WHERE token_hash = @hash
        """;

    sealed record Row(string TokenHash, string Tenant, string Visit, string Call, string Participant, string Role, string? Patient, long NotBefore, long Expires,
        string? DeviceHash, long? RevokedAt, string? Proxy);

    public TimeProvider Clock => store.Clock;

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    /// <summary>160 bits that only this store's key can make again from the same request: a repeat gets the same link although no token is kept.</summary>
    public async Task<string> TokenFor(string request, CancellationToken stop) =>
        System.Buffers.Text.Base64Url.EncodeToString((await store.Mac(TokenPurpose, System.Text.Encoding.UTF8.GetBytes(request), stop)).AsSpan(0, 20));

    /// <summary>One statement, whatever the token is.</summary>
    public async Task<Link?> Find(string token, CancellationToken stop) => ToLink(await store.ReadOne<Row>(Columns, new { hash = Token.Hash(token) }, stop));

    /// <summary>The link, held until the transaction ends: two devices that open it at once are decided one after the other.</summary>
    public static async Task<Link?> Hold(Transaction transaction, string token) =>
        ToLink(await transaction.One<Row>(Columns + transaction.ForUpdate(), new { hash = Token.Hash(token) }));

    public static Task Insert(Transaction transaction, Link link) => transaction.Execute(
        """
        INSERT INTO links (token_hash, tenant, visit, call, participant, role, patient, not_before, expires_at, created_at, proxy)
        VALUES (@TokenHash, @tenant, @visit, @call, @participant, @role, @patient, @NotBefore, @Expires, @Now, @proxy)
        """,
        new
        {
            link.TokenHash,
            tenant = link.Tenant.ToString(),
            visit = link.Visit.ToString(),
            call = link.Call.ToString(),
            participant = link.Participant.ToString(),
            role = WireName.Of(link.Role),
            patient = link.Patient?.ToString(),
            link.NotBefore,
            link.Expires,
            transaction.Now,
            proxy = link.Proxy?.ToString(),
        });

    public static Task Bind(Transaction transaction, Link link, string deviceHash) =>
        transaction.Execute("UPDATE links SET device_hash = @deviceHash WHERE token_hash = @TokenHash", new { deviceHash, link.TokenHash });

    public static async Task<bool> IsProven(Transaction transaction, Link link, string deviceHash) =>
        await transaction.One<long>("SELECT COUNT(*) FROM proven_devices WHERE token_hash = @TokenHash AND device_hash = @deviceHash", new { link.TokenHash, deviceHash }) > 0;

    public async Task<bool> IsProven(Link link, string deviceHash, CancellationToken stop) =>
        await store.ReadOne<long>("SELECT COUNT(*) FROM proven_devices WHERE token_hash = @TokenHash AND device_hash = @deviceHash", new { link.TokenHash, deviceHash }, stop) > 0;

    public static Task Prove(Transaction transaction, Link link, string deviceHash) => transaction.Execute(
        "INSERT INTO proven_devices (token_hash, device_hash, at) VALUES (@TokenHash, @deviceHash, @Now) ON CONFLICT (token_hash, device_hash) DO NOTHING",
        new { link.TokenHash, deviceHash, transaction.Now });

    /// <summary>Revokes the participant's links that are not yet, and answers what passes by them name.</summary>
    public static async Task<IReadOnlyList<LoginId>> Revoke(Transaction transaction, TenantId tenant, VisitId visit, ParticipantId participant) => [.. (await transaction.List<string>(
        "UPDATE links SET revoked_at = @Now WHERE tenant = @tenant AND visit = @visit AND participant = @participant AND revoked_at IS NULL RETURNING token_hash",
        new { tenant = tenant.ToString(), visit = visit.ToString(), participant = participant.ToString(), transaction.Now })).Select(Link.IdOf)];

    /// <summary>Likewise all that a proxy has.</summary>
    public static async Task<IReadOnlyList<LoginId>> RevokeOf(Transaction transaction, ProxyId proxy) => [.. (await transaction.List<string>(
        "UPDATE links SET revoked_at = @Now WHERE proxy = @proxy AND revoked_at IS NULL RETURNING token_hash", new { proxy = proxy.ToString(), transaction.Now })).Select(Link.IdOf)];

    sealed record Revoked(string Hash, string Patient);

    /// <summary>Likewise all that any proxy has into a visit, with the patient whose visit it is.</summary>
    public static async Task<IReadOnlyList<(LoginId Link, PatientId Patient)>> RevokeProxiesIn(Transaction transaction, TenantId tenant, VisitId visit) => [.. (await transaction.List<Revoked>(
        "UPDATE links SET revoked_at = @Now WHERE tenant = @tenant AND visit = @visit AND proxy IS NOT NULL AND revoked_at IS NULL RETURNING token_hash AS Hash, patient AS Patient",
        new { tenant = tenant.ToString(), visit = visit.ToString(), transaction.Now })).Select(row => (Link.IdOf(row.Hash), PatientId.Parse(row.Patient, null)))];

    /// <summary>Revokes all links of a patient's own that open still, and answers what passes by them name.</summary>
    public static async Task<IReadOnlyList<LoginId>> RevokeOf(Transaction transaction, TenantId tenant, PatientId patient) => [.. (await transaction.List<string>(
        "UPDATE links SET revoked_at = @Now WHERE tenant = @tenant AND patient = @patient AND proxy IS NULL AND revoked_at IS NULL AND expires_at > @Now RETURNING token_hash",
        new { tenant = tenant.ToString(), patient = patient.ToString(), transaction.Now })).Select(Link.IdOf)];

    static Link? ToLink(Row? row) => row is null ? null : new Link(row.TokenHash, TenantId.Parse(row.Tenant, null), VisitId.Parse(row.Visit, null),
        CallId.Parse(row.Call, null), ParticipantId.Parse(row.Participant, null), WireName.To<VisitRole>(row.Role),
        row.Patient is null ? null : PatientId.Parse(row.Patient, null), row.NotBefore, row.Expires, row.DeviceHash, row.RevokedAt,
        row.Proxy is null ? null : ProxyId.Parse(row.Proxy, null));
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.Staff;

/// <summary>Every statement that administers <c>staff</c>, and those on <c>invitations</c>. An invitation's token is kept only as a hash.</summary>
internal sealed class StaffStore(Store store)
{
    const string TokenPurpose = "invitation-token";
    static readonly long Life = (long)TimeSpan.FromHours(72).TotalMicroseconds;

    // Properties, not a constructor: SQLite knows no type of a computed column that is null in the first row, and a constructor is matched by types.
    sealed class Row
    {
        public string Id { get; init; } = "";
        public string Role { get; init; } = "";
        public string Name { get; init; } = "";
        public string PasswordHash { get; init; } = "";
        public long? DisabledAt { get; init; }
        public long HasFactor { get; init; }
        public long Logins { get; init; }
        public long? UsedAt { get; init; }
    }

    sealed record HeldRow(string Role, string Name, string PasswordHash, long? DisabledAt);
    sealed record InvitationRow(string Staff, string Tenant, string Role, string Name, string Clinic, long Demo);

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    /// <summary>160 bits that only this store's key can make again from the same request: a repeat gets the same invitation although no token is kept.</summary>
    public async Task<string> TokenFor(string request, CancellationToken stop) =>
        System.Buffers.Text.Base64Url.EncodeToString((await store.Mac(TokenPurpose, System.Text.Encoding.UTF8.GetBytes(request), stop)).AsSpan(0, 20));

    public async Task<IReadOnlyList<StaffEntry>> List(TenantId tenant, CancellationToken stop) => [.. (await store.ReadList<Row>(
        """
        SELECT s.id AS Id, s.role AS Role, s.name AS Name, s.password_hash AS PasswordHash, s.disabled_at AS DisabledAt,
               (SELECT COUNT(*) FROM totp_seeds t WHERE t.staff = s.id AND t.state = 'set') + (SELECT COUNT(*) FROM passkeys p WHERE p.staff = s.id) AS HasFactor,
               (SELECT COUNT(*) FROM logins l WHERE l.staff = s.id AND l.way <> 'password') AS Logins,
               (SELECT MAX(l.used_at) FROM logins l WHERE l.staff = s.id AND l.way <> 'password') AS UsedAt
        FROM staff s WHERE s.tenant = @tenant ORDER BY s.name, s.id
        """, new { tenant = tenant.ToString() }, stop)).Select(row => new StaffEntry(
            new StaffMember(StaffId.Parse(row.Id, null), tenant, WireName.To<StaffRole>(row.Role), row.Name),
            row.DisabledAt is not null ? StaffState.Disabled : row.PasswordHash.Length == 0 ? StaffState.Invited : StaffState.Active,
            row.HasFactor > 0, (int)row.Logins, row.UsedAt))];

    /// <summary>The member, held until the transaction ends; null where the tenant has no such.</summary>
    public static async Task<StaffEntry?> Hold(Transaction transaction, TenantId tenant, StaffId id) => await transaction.One<HeldRow>(
        $"""
        SELECT role AS Role, name AS Name, password_hash AS PasswordHash, disabled_at AS DisabledAt
        FROM staff WHERE tenant = @tenant AND id = @id{transaction.ForUpdate()}
        """, new { tenant = tenant.ToString(), id = id.ToString() }) is { } row
        ? new StaffEntry(new StaffMember(id, tenant, WireName.To<StaffRole>(row.Role), row.Name),
            row.DisabledAt is not null ? StaffState.Disabled : row.PasswordHash.Length == 0 ? StaffState.Invited : StaffState.Active, false, 0, null)
        : null;

    /// <summary>Who hears of what the clinic must know.</summary>
    public static async Task<IReadOnlyList<StaffId>> Admins(Transaction transaction, TenantId tenant) =>
        [.. (await transaction.List<string>("SELECT id FROM staff WHERE tenant = @tenant AND role = 'admin' AND disabled_at IS NULL ORDER BY id", new { tenant = tenant.ToString() })).Select(id => StaffId.Parse(id, null))];

    public static async Task<bool> IsTaken(Transaction transaction, string emailHash) =>
        await transaction.One<long>("SELECT COUNT(*) FROM staff WHERE email_hash = @emailHash", new { emailHash }) > 0;

    public static Task SetRole(Transaction transaction, StaffId id, StaffRole role) =>
        transaction.Execute("UPDATE staff SET role = @role WHERE id = @id", new { role = WireName.Of(role), id = id.ToString() });

    public static Task Disable(Transaction transaction, StaffId id, bool disabled) =>
        transaction.Execute("UPDATE staff SET disabled_at = @at WHERE id = @id", new { at = disabled ? transaction.Now : (long?)null, id = id.ToString() });

    /// <summary>An empty hash matches nothing: until the invitation is taken up there is no password.</summary>
    public static Task SetPassword(Transaction transaction, StaffId id, string hash) =>
        transaction.Execute("UPDATE staff SET password_hash = @hash WHERE id = @id", new { hash, id = id.ToString() });

    /// <summary>Keeps an invitation in place of the member's earlier ones. Answers when it expires, in UTC microseconds.</summary>
    public static async Task<long> Invite(Transaction transaction, StaffId id, string token)
    {
        var (staff, expires) = (id.ToString(), transaction.Now + Life);
        await transaction.Execute("DELETE FROM invitations WHERE staff = @staff", new { staff });
        await transaction.Execute("INSERT INTO invitations (token_hash, staff, expires_at) VALUES (@hash, @staff, @expires)", new { hash = Token.Hash(token), staff, expires });
        return expires;
    }

    public static Task<long> ExpiryOf(Transaction transaction, string token) =>
        transaction.One<long>("SELECT expires_at FROM invitations WHERE token_hash = @hash", new { hash = Token.Hash(token) });

    const string Valid =
        """
        SELECT s.id AS Staff, s.tenant AS Tenant, s.role AS Role, s.name AS Name, t.name AS Clinic, t.demo AS Demo
        FROM invitations i JOIN staff s ON s.id = i.staff JOIN tenants t ON t.id = s.tenant
        WHERE i.token_hash = @hash AND i.used_at IS NULL AND i.expires_at > @now AND s.disabled_at IS NULL
        """;

    /// <summary>One statement, whatever the token is; unknown, used and expired are one answer.</summary>
    public async Task<(StaffMember Member, string Clinic, bool Demo)?> Find(string token, CancellationToken stop) =>
        await store.ReadOne<InvitationRow>(Valid, new { hash = Token.Hash(token), now = store.Clock.Microseconds() }, stop) is { } row
            ? (new StaffMember(StaffId.Parse(row.Staff, null), TenantId.Parse(row.Tenant, null), WireName.To<StaffRole>(row.Role), row.Name), row.Clinic, row.Demo != 0)
            : null;

    /// <summary>False where it was used, or replaced, meanwhile.</summary>
    public static async Task<bool> Use(Transaction transaction, string token) => await transaction.Execute(
        "UPDATE invitations SET used_at = @Now WHERE token_hash = @hash AND used_at IS NULL AND expires_at > @Now", new { hash = Token.Hash(token), transaction.Now }) == 1;
}

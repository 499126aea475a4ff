using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.Tenants;

/// <summary>Every statement on <c>tenants</c> and <c>staff</c>.</summary>
internal sealed class TenantStore(Store store)
{
    const string EmailPurpose = "email";
    const string StaffColumns = "SELECT id AS Id, tenant AS Tenant, role AS Role, name AS Name, password_hash AS PasswordHash FROM staff";

    sealed record TenantRow(string Id, string Name, string Phone, string Zone, long Demo, long MajorityAge);
    sealed record StaffRow(string Id, string Tenant, string Role, string Name, string PasswordHash);

    public async Task<Tenant?> Find(TenantId id, CancellationToken stop) =>
        await store.ReadOne<TenantRow>("SELECT id AS Id, name AS Name, phone AS Phone, zone AS Zone, demo AS Demo, majority_age AS MajorityAge FROM tenants WHERE id = @id",
            new { id = id.ToString() }, stop) is { } row
            ? new Tenant(id, row.Name, row.Phone, row.Zone, row.Demo != 0, (int)row.MajorityAge)
            : null;

    public async Task<StaffMember?> FindStaff(TenantId tenant, StaffId id, CancellationToken stop) =>
        await store.ReadOne<StaffRow>($"{StaffColumns} WHERE tenant = @tenant AND id = @id", new { tenant = tenant.ToString(), id = id.ToString() }, stop) is { } row
            ? Member(row)
            : null;

    public async Task<(StaffMember Member, string PasswordHash)?> FindByEmail(string emailHash, CancellationToken stop) =>
        await store.ReadOne<StaffRow>($"{StaffColumns} WHERE email_hash = @emailHash AND disabled_at IS NULL", new { emailHash }, stop) is { } row
            ? (Member(row), row.PasswordHash)
            : null;

    public Task<string?> PasswordHash(StaffId id, CancellationToken stop) =>
        store.ReadOne<string>("SELECT password_hash FROM staff WHERE id = @id", new { id = id.ToString() }, stop);

    public async Task<StaffMember?> FindDemoClinician(CancellationToken stop) =>
        await store.ReadOne<StaffRow>($"{StaffColumns} WHERE role = 'clinician' AND tenant IN (SELECT id FROM tenants WHERE demo = 1) ORDER BY created_at, id LIMIT 1", null, stop) is { } row
            ? Member(row)
            : null;

    /// <summary>How e-mail addresses are looked up: by a keyed one-way hash.</summary>
    public static async Task<string> EmailHash(Store store, string email, CancellationToken stop) =>
        Convert.ToHexStringLower(await store.Mac(EmailPurpose, System.Text.Encoding.UTF8.GetBytes(email.Trim().ToLowerInvariant()), stop));

    public Task<string> EmailHash(string email, CancellationToken stop) => EmailHash(store, email, stop);

    public static Task Insert(Transaction transaction, Tenant tenant) => transaction.Execute(
        "INSERT INTO tenants (id, name, phone, zone, demo, created_at, majority_age) VALUES (@id, @Name, @Phone, @Zone, @demo, @Now, @majority)",
        new { id = tenant.Id.ToString(), tenant.Name, tenant.Phone, tenant.Zone, demo = tenant.Demo ? 1L : 0L, transaction.Now, majority = (long)tenant.MajorityAge });

    public static Task Insert(Transaction transaction, StaffMember member, string emailHash, string passwordHash) => transaction.Execute(
        """
        INSERT INTO staff (id, tenant, role, name, email_hash, password_hash, created_at)
        VALUES (@id, @tenant, @role, @Name, @emailHash, @passwordHash, @Now)
        """,
        new { id = member.Id.ToString(), tenant = member.Tenant.ToString(), role = WireName.Of(member.Role), member.Name, emailHash, passwordHash, transaction.Now });

    static StaffMember Member(StaffRow row) => new(StaffId.Parse(row.Id, null), TenantId.Parse(row.Tenant, null), WireName.To<StaffRole>(row.Role), row.Name);
}

using System.Buffers.Text;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using Microsoft.AspNetCore.Identity;

namespace FirstRing.Identity.Passkeys;

/// <summary>Every statement on <c>passkeys</c>, which are staff's, and on <c>passkey_ceremonies</c>, which are everybody's. Public keys are public: nothing here lets anyone in.</summary>
internal sealed class PasskeyStore(Store store)
{
    /// <summary>How many one member has at most.</summary>
    public const int Most = 10;

    const string Columns =
        """
        SELECT p.credential AS Credential, p.name AS Name, p.public_key AS PublicKey, p.sign_count AS SignCount, p.transports AS Transports,
               p.backup_eligible AS BackupEligible, p.backed_up AS BackedUp, p.created_at AS CreatedAt, p.used_at AS UsedAt, s.id AS Staff, s.tenant AS Tenant,
               s.role AS Role, s.name AS StaffName FROM passkeys p JOIN staff s ON s.id = p.staff
        """;

    sealed record Row(string Credential, string Name, byte[] PublicKey, long SignCount, string Transports, long BackupEligible, long BackedUp, long CreatedAt, long? UsedAt,
        string Staff, string Tenant, string Role, string StaffName);

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    public static Holder Holder(StaffMember member) => new(member.Id.ToString(), member.Name);

    public static string IdOf(byte[] credential) => Base64Url.EncodeToString(credential);

    /// <summary>The passkey of this id and whose it is; null where there is none, or its member may not sign in.</summary>
    public async Task<(StaffMember Member, UserPasskeyInfo Passkey)?> Find(string id, CancellationToken stop) =>
        await store.ReadOne<Row>($"{Columns} WHERE p.credential = @id AND s.disabled_at IS NULL", new { id }, stop) is { } row
            ? (new StaffMember(StaffId.Parse(row.Staff, null), TenantId.Parse(row.Tenant, null), WireName.To<StaffRole>(row.Role), row.StaffName), Of(row))
            : null;

    public async Task<IReadOnlyList<UserPasskeyInfo>> Of(StaffId staff, CancellationToken stop) =>
        [.. (await store.ReadList<Row>($"{Columns} WHERE p.staff = @staff ORDER BY p.created_at, p.credential", new { staff = staff.ToString() }, stop)).Select(Of)];

    public async Task<IReadOnlyList<PasskeyEntry>> List(StaffId staff, CancellationToken stop) =>
        [.. (await store.ReadList<Row>($"{Columns} WHERE p.staff = @staff ORDER BY p.created_at, p.credential", new { staff = staff.ToString() }, stop))
            .Select(row => new PasskeyEntry(row.Credential, row.Name, row.CreatedAt, row.UsedAt))];

    static UserPasskeyInfo Of(Row row)
    {
        var passkey = Read(row.Credential, row.PublicKey, row.SignCount, row.Transports, row.BackupEligible, row.BackedUp, row.CreatedAt);
        passkey.Name = row.Name;
        return passkey;
    }

    /// <summary>A passkey from the columns that both tables of passkeys have.</summary>
    public static UserPasskeyInfo Read(string credential, byte[] publicKey, long signCount, string transports, long backupEligible, long backedUp, long createdAt) =>
        new(Base64Url.DecodeFromChars(credential), publicKey, Instant.At(createdAt), (uint)signCount, transports.Split(',', StringSplitOptions.RemoveEmptyEntries), isUserVerified: true,
            backupEligible != 0, backedUp != 0, [], []);

    /// <summary>False where somebody has this passkey already.</summary>
    public static async Task<bool> Add(Transaction transaction, StaffId staff, UserPasskeyInfo passkey, string name) => await transaction.Execute(
        """
        INSERT INTO passkeys (credential, staff, name, public_key, sign_count, transports, backup_eligible, backed_up, created_at)
        VALUES (@id, @staff, @name, @PublicKey, @count, @transports, @eligible, @backedUp, @Now) ON CONFLICT (credential) DO NOTHING
        """,
        new
        {
            id = IdOf(passkey.CredentialId),
            staff = staff.ToString(),
            name,
            passkey.PublicKey,
            count = (long)passkey.SignCount,
            transports = string.Join(',', passkey.Transports ?? []),
            eligible = passkey.IsBackupEligible ? 1L : 0L,
            backedUp = passkey.IsBackedUp ? 1L : 0L,
            transaction.Now,
        }) == 1;

    /// <summary>Notes a use. False where a later one was noted meanwhile, or the passkey is gone: of two with one count at most one is the real one.</summary>
    public static async Task<bool> Use(Transaction transaction, UserPasskeyInfo passkey) => await transaction.Execute(
        "UPDATE passkeys SET sign_count = @count, backed_up = @backedUp, used_at = @Now WHERE credential = @id AND (sign_count < @count OR @count = 0)",
        new { count = (long)passkey.SignCount, backedUp = passkey.IsBackedUp ? 1L : 0L, transaction.Now, id = IdOf(passkey.CredentialId) }) == 1;

    public static async Task<bool> Rename(Transaction transaction, StaffId staff, string id, string name) =>
        await transaction.Execute("UPDATE passkeys SET name = @name WHERE credential = @id AND staff = @staff", new { name, id, staff = staff.ToString() }) == 1;

    public static async Task<bool> Remove(Transaction transaction, StaffId staff, string id) =>
        await transaction.Execute("DELETE FROM passkeys WHERE credential = @id AND staff = @staff", new { id, staff = staff.ToString() }) == 1;

    public static Task<long> Count(Transaction transaction, StaffId staff) => transaction.One<long>("SELECT COUNT(*) FROM passkeys WHERE staff = @staff", new { staff = staff.ToString() });

    /// <summary>Keeps what the handler must see again with the browser's answer; answers the name of the ceremony. <paramref name="holder"/>: whose it is, empty for staff who are not known yet.</summary>
    public static async Task<string> Begin(Transaction transaction, string holder, string state)
    {
        var token = Token.New();
        await transaction.Execute("DELETE FROM passkey_ceremonies WHERE expires_at <= @Now", new { transaction.Now });
        await transaction.Execute("INSERT INTO passkey_ceremonies (token_hash, staff, state, expires_at) VALUES (@hash, @staff, @state, @expires)",
            new { hash = Token.Hash(token), staff = holder, state, expires = transaction.Now + (long)Keyring.Time.TotalMicroseconds });
        return token;
    }

    /// <summary>What was kept of a ceremony of this holder, once.</summary>
    public static Task<string?> End(Transaction transaction, string holder, string token) => transaction.One<string>(
        "DELETE FROM passkey_ceremonies WHERE token_hash = @hash AND staff = @staff AND expires_at > @Now RETURNING state", new { hash = Token.Hash(token), staff = holder, transaction.Now });
}

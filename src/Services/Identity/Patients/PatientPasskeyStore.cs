using FirstRing.Contracts;
using FirstRing.Identity.Passkeys;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using Microsoft.AspNetCore.Identity;

namespace FirstRing.Identity.Patients;

/// <summary>Every statement on <c>patient_passkeys</c>. Public keys are public: nothing here lets anyone in.</summary>
internal sealed class PatientPasskeyStore(Store store)
{
    /// <summary>How many one patient has at most.</summary>
    public const int Most = 10;

    const string Columns =
        """
        SELECT credential AS Credential, tenant AS Tenant, patient AS Patient, public_key AS PublicKey, sign_count AS SignCount, transports AS Transports,
               backup_eligible AS BackupEligible, backed_up AS BackedUp, created_at AS CreatedAt FROM patient_passkeys
        """;

    sealed record Row(string Credential, string Tenant, string Patient, byte[] PublicKey, long SignCount, string Transports, long BackupEligible, long BackedUp, long CreatedAt);

    public TimeProvider Clock => store.Clock;

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    /// <summary>The passkey of this id and whose it is; null where there is none.</summary>
    public async Task<(TenantId Tenant, PatientId Patient, UserPasskeyInfo Passkey)?> Find(string id, CancellationToken stop) =>
        await store.ReadOne<Row>($"{Columns} WHERE credential = @id", new { id }, stop) is { } row ? (TenantId.Parse(row.Tenant, null), PatientId.Parse(row.Patient, null), Of(row)) : null;

    public async Task<IReadOnlyList<UserPasskeyInfo>> Of(TenantId tenant, PatientId patient, CancellationToken stop) =>
        [.. (await store.ReadList<Row>($"{Columns} WHERE tenant = @tenant AND patient = @patient", new { tenant = tenant.ToString(), patient = patient.ToString() }, stop)).Select(Of)];

    static UserPasskeyInfo Of(Row row) => PasskeyStore.Read(row.Credential, row.PublicKey, row.SignCount, row.Transports, row.BackupEligible, row.BackedUp, row.CreatedAt);

    /// <summary>False where somebody has this passkey already, or the patient has enough.</summary>
    public static async Task<bool> Add(Transaction transaction, TenantId tenant, PatientId patient, UserPasskeyInfo passkey) => await transaction.Execute(
        $"""
        INSERT INTO patient_passkeys (credential, tenant, patient, public_key, sign_count, transports, backup_eligible, backed_up, created_at)
        SELECT @id, @tenant, @patient, @PublicKey, @count, @transports, @eligible, @backedUp, @Now
        WHERE (SELECT COUNT(*) FROM patient_passkeys WHERE tenant = @tenant AND patient = @patient) < {Most} ON CONFLICT (credential) DO NOTHING
        """,
        new
        {
            id = PasskeyStore.IdOf(passkey.CredentialId),
            tenant = tenant.ToString(),
            patient = patient.ToString(),
            passkey.PublicKey,
            count = (long)passkey.SignCount,
            transports = string.Join(',', passkey.Transports ?? []),
            eligible = passkey.IsBackupEligible ? 1L : 0L,
            backedUp = passkey.IsBackedUp ? 1L : 0L,
            transaction.Now,
        }) == 1;

    /// <summary>Notes a use. False where a later one was noted meanwhile, or the passkey is gone: of two with one count at most one is the real one.</summary>
    public static async Task<bool> Use(Transaction transaction, UserPasskeyInfo passkey) => await transaction.Execute(
        "UPDATE patient_passkeys SET sign_count = @count, backed_up = @backedUp, used_at = @Now WHERE credential = @id AND (sign_count < @count OR @count = 0)",
        new { count = (long)passkey.SignCount, backedUp = passkey.IsBackedUp ? 1L : 0L, transaction.Now, id = PasskeyStore.IdOf(passkey.CredentialId) }) == 1;

    public static Task Remove(Transaction transaction, UserPasskeyInfo passkey) =>
        transaction.Execute("DELETE FROM patient_passkeys WHERE credential = @id", new { id = PasskeyStore.IdOf(passkey.CredentialId) });

    public static Task<int> RemoveAll(Transaction transaction, TenantId tenant, PatientId patient) =>
        transaction.Execute("DELETE FROM patient_passkeys WHERE tenant = @tenant AND patient = @patient", new { tenant = tenant.ToString(), patient = patient.ToString() });
}

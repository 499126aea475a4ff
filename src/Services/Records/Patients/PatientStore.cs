using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Records.Patients;

/// <summary>Every statement on <c>patients</c>. Content is opened only inside a transaction that audits it.</summary>
internal sealed class PatientStore(Store store)
{
    const string Field = "patient.content";

    sealed record Row(string Id, byte[] Content);

    public TimeProvider Clock => store.Clock;

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    public static Task Insert(Transaction transaction, TenantId tenant, PatientId id, PatientContent content) => transaction.Execute(
        "INSERT INTO patients (id, tenant, content, created_at) VALUES (@id, @tenant, @content, @at)",
        new
        {
            id = id.ToString(),
            tenant = tenant.ToString(),
            content = transaction.SealJson(tenant.ToString(), Field, id.ToString(), content, RecordsJson.Default.PatientContent),
            at = transaction.Now,
        });

    /// <summary>Opens nothing, and so leaves no row.</summary>
    public static async Task<bool> Exists(Transaction transaction, TenantId tenant, PatientId id) =>
        await transaction.One<long>("SELECT COUNT(*) FROM patients WHERE tenant = @tenant AND id = @id", new { tenant = tenant.ToString(), id = id.ToString() }) > 0;

    /// <summary>Opens a patient's content and leaves the audit row of <paramref name="action"/>; null (and a row that says so) where there is none.</summary>
    public static async Task<PatientContent?> Read(Transaction transaction, TenantId tenant, PatientId id, string action, string? purpose = null)
    {
        var row = await transaction.One<Row>("SELECT id AS Id, content AS Content FROM patients WHERE tenant = @tenant AND id = @id",
            new { tenant = tenant.ToString(), id = id.ToString() });
        if (row is null)
        {
            transaction.Audit(action, id.ToString(), "no-such-patient", id.ToString(), purpose);
            return null;
        }
        transaction.Audit(action, id.ToString(), patient: id.ToString(), purpose: purpose);
        return transaction.OpenJson(tenant.ToString(), Field, row.Id, row.Content, RecordsJson.Default.PatientContent);
    }
}

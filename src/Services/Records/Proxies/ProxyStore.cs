using FirstRing.Contracts;
using FirstRing.Platform.Storage;

namespace FirstRing.Records.Proxies;

/// <summary>Every statement on <c>proxies</c>. Content is opened only inside a transaction that audits it under the patient.</summary>
internal static class ProxyStore
{
    const string Field = "proxy.content";
    const int Most = 200;
    const string Columns = "SELECT id AS Id, patient AS Patient, content AS Content FROM proxies WHERE tenant = @tenant";

    sealed record Row(string Id, string Patient, byte[] Content);

    public static Task Insert(Transaction transaction, TenantId tenant, PatientId patient, ProxyId id, ProxyContent content) => transaction.Execute(
        "INSERT INTO proxies (id, tenant, patient, content, created_at) VALUES (@id, @tenant, @patient, @content, @at)",
        new
        {
            id = id.ToString(),
            tenant = tenant.ToString(),
            patient = patient.ToString(),
            content = transaction.SealJson(tenant.ToString(), Field, id.ToString(), content, Patients.RecordsJson.Default.ProxyContent),
            at = transaction.Now,
        });

    /// <summary>For a list whose row its reader has left under the patient.</summary>
    public static async Task<IReadOnlyList<(ProxyId Id, ProxyContent Content)>> List(Transaction transaction, TenantId tenant, PatientId patient) => [.. (await transaction.List<Row>(
        $"{Columns} AND patient = @patient ORDER BY created_at DESC, id LIMIT {Most}", new { tenant = tenant.ToString(), patient = patient.ToString() }))
        .Select(row => (ProxyId.Parse(row.Id, null), Open(transaction, tenant, row)))];

    /// <summary>Whose proxy it is, and who they are; null (and a row that says so) where the clinic has none of that id.</summary>
    public static async Task<(PatientId Patient, ProxyContent Content)?> Read(Transaction transaction, TenantId tenant, ProxyId id, string action)
    {
        if (await transaction.One<Row>($"{Columns} AND id = @id", new { tenant = tenant.ToString(), id = id.ToString() }) is not { } row)
        {
            transaction.Audit(action, id.ToString(), ProxyContent.NoSuchProxy.Code);
            return null;
        }
        transaction.Audit(action, id.ToString(), patient: row.Patient);
        return (PatientId.Parse(row.Patient, null), Open(transaction, tenant, row));
    }

    static ProxyContent Open(Transaction transaction, TenantId tenant, Row row) => transaction.OpenJson(tenant.ToString(), Field, row.Id, row.Content, Patients.RecordsJson.Default.ProxyContent);
}

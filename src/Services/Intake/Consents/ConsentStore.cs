using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Intake.Consents;

/// <summary>Every statement on <c>consents</c> and <c>consent_withdrawals</c>. Rows are only ever added; what narrates is sealed.</summary>
internal sealed class ConsentStore(Store store)
{
    const string ReasonField = "consent_withdrawal.reason";
    const int Most = 500;
    const string Columns =
        """
        SELECT c.id AS Id, c.visit AS Visit, c.patient AS Patient, c.purpose AS Purpose, c.language AS Language, c.version AS Version, c.sha256 AS Sha256, c.act AS Act,
               c.given_by AS GivenBy, c.given_at AS GivenAt, w.withdrawn_at AS WithdrawnAt FROM consents c LEFT JOIN consent_withdrawals w ON w.consent = c.id
        """;

    sealed record Row(string Id, string Visit, string Patient, string Purpose, string Language, long Version, string Sha256, string Act, string GivenBy, long GivenAt, long? WithdrawnAt);

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    /// <summary>To know whose visit it is, before anything is decided.</summary>
    public async Task<VisitId?> VisitOf(TenantId tenant, ConsentId id, CancellationToken stop) =>
        await store.ReadOne<string>("SELECT visit FROM consents WHERE tenant = @tenant AND id = @id", new { tenant = tenant.ToString(), id = id.ToString() }, stop) is { } visit
            ? VisitId.Parse(visit, null) : null;

    public static async Task<ConsentList> OfVisit(Transaction transaction, TenantId tenant, VisitId visit) => ToList(await transaction.List<Row>(
        $"{Columns} WHERE c.tenant = @tenant AND c.visit = @visit ORDER BY c.given_at DESC, c.id DESC LIMIT {Most}", new { tenant = tenant.ToString(), visit = visit.ToString() }));

    public static async Task<ConsentList> OfPatient(Transaction transaction, TenantId tenant, PatientId patient) => ToList(await transaction.List<Row>(
        $"{Columns} WHERE c.tenant = @tenant AND c.patient = @patient ORDER BY c.given_at DESC, c.id DESC LIMIT {Most}", new { tenant = tenant.ToString(), patient = patient.ToString() }));

    /// <summary>The new consent's id; null where this text is agreed to already. Two copies of one act at once are one: each counts the withdrawals before it.</summary>
    public static async Task<ConsentId?> Give(Transaction transaction, TenantId tenant, VisitId visit, PatientId patient, ConsentText text, ConsentAct act, string by)
    {
        var id = new ConsentId(NewId.Random());
        var added = await transaction.Execute(
            """
            INSERT INTO consents (id, tenant, visit, patient, purpose, language, version, sha256, act, given_by, given_at, after_withdrawals)
            SELECT @id, @tenant, @visit, @patient, @purpose, @Language, @version, @Sha256, @act, @by, @Now, COUNT(*)
            FROM consent_withdrawals w JOIN consents c ON c.id = w.consent WHERE c.tenant = @tenant AND c.visit = @visit AND c.purpose = @purpose
            ON CONFLICT (tenant, visit, purpose, sha256, after_withdrawals) DO NOTHING
            """,
            new
            {
                id = id.ToString(),
                tenant = tenant.ToString(),
                visit = visit.ToString(),
                patient = patient.ToString(),
                purpose = WireName.Of(text.Purpose),
                text.Language,
                version = (long)text.Version,
                text.Sha256,
                act = WireName.Of(act),
                by,
                transaction.Now,
            });
        return added == 1 ? id : null;
    }

    /// <summary>False where it was taken back before.</summary>
    public static async Task<bool> Withdraw(Transaction transaction, TenantId tenant, ConsentId consent, string by, Phi<string>? reason) => await transaction.Execute(
        """
        INSERT INTO consent_withdrawals (consent, tenant, withdrawn_by, reason, withdrawn_at)
        VALUES (@consent, @tenant, @by, @reason, @Now) ON CONFLICT (consent) DO NOTHING
        """,
        new
        {
            consent = consent.ToString(),
            tenant = tenant.ToString(),
            by,
            reason = reason is { } why ? transaction.Seal(tenant.ToString(), ReasonField, consent.ToString(), System.Text.Encoding.UTF8.GetBytes(why.Reveal)) : null,
            transaction.Now,
        }) == 1;

    static ConsentList ToList(IEnumerable<Row> rows) => new([.. rows.Select(row => new Consent(ConsentId.Parse(row.Id, null), VisitId.Parse(row.Visit, null), PatientId.Parse(row.Patient, null),
        WireName.To<ConsentPurpose>(row.Purpose), row.Language, (int)row.Version, row.Sha256, WireName.To<ConsentAct>(row.Act), row.GivenBy, row.GivenAt, row.WithdrawnAt))]);
}

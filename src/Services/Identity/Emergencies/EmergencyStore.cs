using System.Text;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.Emergencies;

/// <summary>
/// Every statement on <c>emergencies</c>. A grant opens something as long as nobody ended it, its time runs and its login lives: all three are asked at each look, so that none
/// needs a row to be written. What people wrote in their own words is sealed.
/// </summary>
internal sealed class EmergencyStore(Store store)
{
    const string ReasonField = "emergency.reason", NoteField = "emergency.note";
    const int Most = 200;
    public static readonly long Life = (long)TimeSpan.FromHours(4).TotalMicroseconds;

    const string LoginLives = $"EXISTS (SELECT 1 FROM logins l WHERE l.id = e.login AND {LoginStore.Living})";
    const string IsOpen = $"e.ended_at IS NULL AND e.ends_at > @now AND {LoginLives}";

    const string Columns =
        $"""
        SELECT e.id AS Id, e.tenant AS Tenant, e.staff AS Staff, e.visit AS Visit, e.patient AS Patient, e.granted_at AS GrantedAt, e.ends_at AS EndsAt, e.ended_at AS EndedAt, e.ended_by AS EndedBy,
               e.reviewed_at AS ReviewedAt, e.reviewed_by AS ReviewedBy, e.verdict AS Verdict, e.reason AS Reason, e.note AS Note, CASE WHEN {IsOpen} THEN 1 ELSE 0 END AS Open
        FROM emergencies e
        """;

    // Properties, not a constructor: SQLite knows no type of a column that is null in the first row, and a constructor is matched by types.
    sealed class Row
    {
        public string Id { get; init; } = "";
        public string Tenant { get; init; } = "";
        public string Staff { get; init; } = "";
        public string Visit { get; init; } = "";
        public string Patient { get; init; } = "";
        public long GrantedAt { get; init; }
        public long EndsAt { get; init; }
        public long? EndedAt { get; init; }
        public string? EndedBy { get; init; }
        public long? ReviewedAt { get; init; }
        public string? ReviewedBy { get; init; }
        public string? Verdict { get; init; }
        public byte[] Reason { get; init; } = [];
        public byte[]? Note { get; init; }
        public long Open { get; init; }
    }

    public TimeProvider Clock => store.Clock;

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    public static async Task<EmergencyGrant> Insert(Transaction transaction, Login login, VisitId visit, PatientId patient, string reason)
    {
        var (id, tenant) = (new EmergencyId(NewId.Random()), login.Member.Tenant.ToString());
        var grant = new EmergencyGrant(id, visit, patient, transaction.Now, transaction.Now + Life);
        await transaction.Execute(
            """
            INSERT INTO emergencies (id, tenant, staff, login, visit, patient, reason, granted_at, ends_at)
            VALUES (@id, @tenant, @staff, @login, @visit, @patient, @reason, @GrantedAt, @EndsAt)
            """,
            new
            {
                id = id.ToString(),
                tenant,
                staff = login.Member.Id.ToString(),
                login = login.Id.ToString(),
                visit = visit.ToString(),
                patient = patient.ToString(),
                reason = transaction.Seal(tenant, ReasonField, id.ToString(), Encoding.UTF8.GetBytes(reason)),
                grant.GrantedAt,
                grant.EndsAt,
            });
        return grant;
    }

    const string OfLogin = $"{Columns} WHERE e.login = @login AND e.visit = @visit AND {IsOpen} ORDER BY e.ends_at DESC LIMIT 1";

    /// <summary>The open grant of this login for a visit; null where there is none.</summary>
    public static async Task<EmergencyGrant?> Of(Transaction transaction, LoginId login, VisitId visit) =>
        await transaction.One<Row>(OfLogin, At(transaction.Now, login, visit)) is { } row ? ToGrant(row) : null;

    public async Task<EmergencyGrant?> Of(LoginId login, VisitId visit, CancellationToken stop) =>
        await store.ReadOne<Row>(OfLogin, At(store.Clock.Microseconds(), login, visit), stop) is { } row ? ToGrant(row) : null;

    static object At(long now, LoginId login, VisitId visit) => new { login = login.ToString(), visit = visit.ToString(), now, LoginStore.Idle, LoginStore.Longest, LoginStore.Half };

    public static async Task<EmergencyGrant?> Granted(Transaction transaction, TenantId tenant, EmergencyId id) => await Held(transaction, tenant, id) is { } row ? ToGrant(row) : null;

    /// <summary>Whether this member has this patient's record open by this grant.</summary>
    public async Task<bool> Opens(TenantId tenant, EmergencyId id, string staff, PatientId patient, CancellationToken stop) => await store.ReadOne<long>(
        $"SELECT COUNT(*) FROM emergencies e WHERE e.id = @id AND e.tenant = @tenant AND e.staff = @staff AND e.patient = @patient AND {IsOpen}",
        new { id = id.ToString(), tenant = tenant.ToString(), staff, patient = patient.ToString(), now = store.Clock.Microseconds(), LoginStore.Idle, LoginStore.Longest, LoginStore.Half }, stop) == 1;

    /// <summary>The entry, held until the transaction ends; null where the tenant has no such.</summary>
    public static async Task<EmergencyEntry?> Hold(Transaction transaction, TenantId tenant, EmergencyId id) => await Held(transaction, tenant, id) is { } row ? ToEntry(row) : null;

    /// <summary>With what people wrote.</summary>
    public static async Task<Emergency?> Open(Transaction transaction, TenantId tenant, EmergencyId id)
    {
        if (await Held(transaction, tenant, id) is not { } row) return null;
        var reason = Encoding.UTF8.GetString(transaction.Open(row.Tenant, ReasonField, row.Id, row.Reason));
        return new Emergency(ToEntry(row), reason, row.Note is { } note ? new Phi<string>(Encoding.UTF8.GetString(transaction.Open(row.Tenant, NoteField, row.Id, note))) : default(Phi<string>?));
    }

    static Task<Row?> Held(Transaction transaction, TenantId tenant, EmergencyId id) => transaction.One<Row>($"{Columns} WHERE e.tenant = @tenant AND e.id = @id{transaction.ForUpdate()}",
        new { tenant = tenant.ToString(), id = id.ToString(), now = transaction.Now, LoginStore.Idle, LoginStore.Longest, LoginStore.Half });

    public async Task<IReadOnlyList<EmergencyEntry>> List(TenantId tenant, CancellationToken stop) => [.. (await store.ReadList<Row>(
        $"{Columns} WHERE e.tenant = @tenant ORDER BY CASE WHEN e.reviewed_at IS NULL THEN 0 ELSE 1 END, CASE WHEN e.reviewed_at IS NULL THEN e.granted_at ELSE -e.granted_at END, e.id LIMIT {Most}",
        new { tenant = tenant.ToString(), now = store.Clock.Microseconds(), LoginStore.Idle, LoginStore.Longest, LoginStore.Half }, stop)).Select(ToEntry)];

    public async Task<int> Waiting(TenantId tenant, CancellationToken stop) =>
        (int)await store.ReadOne<long>("SELECT COUNT(*) FROM emergencies WHERE tenant = @tenant AND reviewed_at IS NULL", new { tenant = tenant.ToString() }, stop);

    /// <summary>False where it had ended before.</summary>
    public static async Task<bool> End(Transaction transaction, EmergencyId id, long at, EmergencyEnd by) => await transaction.Execute(
        "UPDATE emergencies SET ended_at = @at, ended_by = @by WHERE id = @id AND ended_at IS NULL", new { id = id.ToString(), at, by = WireName.Of(by) }) == 1;

    /// <summary>Those whose time is up or whose login is no more, and whose end nobody has noted yet.</summary>
    public async Task<IReadOnlyList<(TenantId Tenant, EmergencyGrant Grant)>> Over(CancellationToken stop) => [.. (await store.ReadList<Row>(
        $"{Columns} WHERE e.ended_at IS NULL AND (e.ends_at <= @now OR NOT {LoginLives}) ORDER BY e.ends_at LIMIT {Most}",
        new { now = store.Clock.Microseconds(), LoginStore.Idle, LoginStore.Longest, LoginStore.Half }, stop)).Select(row => (TenantId.Parse(row.Tenant, null), ToGrant(row)))];

    public static Task Review(Transaction transaction, TenantId tenant, EmergencyId id, string by, EmergencyVerdict verdict, string note) => transaction.Execute(
        "UPDATE emergencies SET reviewed_at = @Now, reviewed_by = @by, verdict = @verdict, note = @note WHERE id = @id AND reviewed_at IS NULL",
        new { id = id.ToString(), by, verdict = WireName.Of(verdict), note = transaction.Seal(tenant.ToString(), NoteField, id.ToString(), Encoding.UTF8.GetBytes(note)), transaction.Now });

    static EmergencyGrant ToGrant(Row row) => new(EmergencyId.Parse(row.Id, null), VisitId.Parse(row.Visit, null), PatientId.Parse(row.Patient, null), row.GrantedAt, row.EndsAt);

    static EmergencyEntry ToEntry(Row row) => new(EmergencyId.Parse(row.Id, null), StaffId.Parse(row.Staff, null), VisitId.Parse(row.Visit, null), PatientId.Parse(row.Patient, null),
        row.GrantedAt, row.EndsAt, row.Open != 0, row.EndedAt, row.EndedBy is { } by ? WireName.To<EmergencyEnd>(by) : null,
        row.ReviewedBy is { } who ? new EmergencyReview(StaffId.Parse(who, null), row.ReviewedAt!.Value, WireName.To<EmergencyVerdict>(row.Verdict!)) : null);
}

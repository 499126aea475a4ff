using Dapper;
using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Scheduling.Visits;

/// <summary>Every statement on <c>visits</c> and <c>participants</c>.</summary>
internal sealed class VisitStore(Store store)
{
    const string VisitColumns =
        """
        SELECT id AS Id, tenant AS Tenant, call AS Call, clinician AS Clinician, patient AS Patient, starts_at AS StartsAt, minutes AS Minutes,
               state AS State, started_at AS StartedAt, ended_at AS EndedAt, confidential AS Confidential FROM visits
        """;
    const string ParticipantColumns = "SELECT id AS Id, visit AS Visit, role AS Role, staff AS Staff, patient AS Patient, proxy AS Proxy FROM participants";

    sealed record VisitRow(string Id, string Tenant, string Call, string Clinician, string Patient, long StartsAt, long Minutes, string State, long? StartedAt, long? EndedAt, long Confidential);
    sealed record ParticipantRow(string Id, string Visit, string Role, string? Staff, string? Patient, string? Proxy);

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    public Task<Visit?> Find(TenantId tenant, VisitId id, CancellationToken stop) => store.Read(async connection =>
    {
        var arguments = new { tenant = tenant.ToString(), id = id.ToString() };
        var row = await connection.QuerySingleOrDefaultAsync<VisitRow>($"{VisitColumns} WHERE tenant = @tenant AND id = @id", arguments);
        return row is null ? null : Assemble(row, await connection.QueryAsync<ParticipantRow>($"{ParticipantColumns} WHERE visit = @id ORDER BY position", arguments));
    }, stop);

    public Task<List<Visit>> List(TenantId tenant, StaffId? clinician, PatientId? patient, long from, long to, int most, CancellationToken stop) => store.Read(async connection =>
    {
        var page = $"WHERE tenant = @tenant AND starts_at >= @from AND starts_at < @to{(clinician is null ? "" : " AND clinician = @clinician")}{(patient is null ? "" : " AND patient = @patient")} ORDER BY starts_at, id LIMIT @most";
        var arguments = new { tenant = tenant.ToString(), clinician = clinician?.ToString(), patient = patient?.ToString(), from, to, most };
        var rows = await connection.QueryAsync<VisitRow>($"{VisitColumns} {page}", arguments);
        var people = await connection.QueryAsync<ParticipantRow>($"{ParticipantColumns} WHERE visit IN (SELECT id FROM visits {page}) ORDER BY position", arguments);
        var byVisit = people.ToLookup(person => person.Visit);
        return rows.Select(row => Assemble(row, byVisit[row.Id])).ToList();
    }, stop);

    /// <summary>Those of <paramref name="asked"/> whom the member of staff has a visit with, whatever became of it.</summary>
    public async Task<List<PatientId>> OwnOf(TenantId tenant, string staff, IReadOnlyList<PatientId> asked, CancellationToken stop)
    {
        var arguments = new DynamicParameters(new { tenant = tenant.ToString(), staff });
        foreach (var (number, patient) in asked.Index()) arguments.Add($"patient{number}", patient.ToString());
        return [.. (await store.ReadList<string>(
            $"SELECT DISTINCT v.patient FROM visits v JOIN participants p ON p.visit = v.id WHERE v.tenant = @tenant AND v.patient IN ({ParameterNames(asked.Count)}) AND p.staff = @staff",
            arguments, stop)).Select(patient => PatientId.Parse(patient, null))];
    }

    // The two drivers disagree on lists, so each is a parameter of its own.
    static string ParameterNames(int count) => string.Join(", ", Enumerable.Range(0, count).Select(number => $"@patient{number}"));

    /// <summary>Whether somebody has had a visit with the patient, and <paramref name="staff"/> has not.</summary>
    public static async Task<bool> IsAnothers(Transaction transaction, TenantId tenant, string staff, PatientId patient) => await transaction.One<long>(
        """
        SELECT COUNT(*) FROM visits v WHERE v.tenant = @tenant AND v.patient = @patient
        AND NOT EXISTS (SELECT 1 FROM visits o JOIN participants p ON p.visit = o.id WHERE o.tenant = @tenant AND o.patient = @patient AND p.staff = @staff)
        """, new { tenant = tenant.ToString(), patient = patient.ToString(), staff }) > 0;

    /// <summary>The visit with its row held until the transaction ends, so that decisions about it come one after another.</summary>
    public static async Task<Visit?> Hold(Transaction transaction, string tenant, VisitId id)
    {
        var arguments = new { tenant, id = id.ToString() };
        var row = await transaction.One<VisitRow>($"{VisitColumns} WHERE tenant = @tenant AND id = @id{transaction.ForUpdate()}", arguments);
        return row is null ? null : Assemble(row, await transaction.List<ParticipantRow>($"{ParticipantColumns} WHERE visit = @id ORDER BY position", arguments));
    }

    /// <summary>Booked visits that should have started long ago, each held by this transaction alone.</summary>
    public static async Task<List<(TenantId Tenant, VisitId Id)>> HoldOverdue(Transaction transaction, int most) =>
        [.. (await transaction.List<VisitRow>($"{VisitColumns} WHERE state = 'booked' AND overdue_at <= @now ORDER BY overdue_at LIMIT @most{transaction.SkipLocked()}",
            new { now = transaction.Now, most })).Select(row => (TenantId.Parse(row.Tenant, null), VisitId.Parse(row.Id, null)))];

    public static async Task Insert(Transaction transaction, Visit visit)
    {
        await transaction.Execute(
            """
            INSERT INTO visits (id, tenant, call, clinician, patient, starts_at, minutes, state, overdue_at, created_at)
            VALUES (@id, @tenant, @call, @clinician, @patient, @StartsAt, @minutes, @state, @overdue, @Now)
            """,
            new
            {
                id = visit.Id.ToString(),
                tenant = visit.Tenant.ToString(),
                call = visit.Call.ToString(),
                clinician = visit.Clinician.ToString(),
                patient = visit.Patient.ToString(),
                visit.StartsAt,
                minutes = (long)visit.Minutes,
                state = WireName.Of(visit.State),
                overdue = VisitRules.OverdueAt(visit),
                transaction.Now,
            });
        for (var position = 0; position < visit.Participants.Count; position++)
            await InsertParticipant(transaction, visit.Id, position, visit.Participants[position]);
    }

    public static Task InsertParticipant(Transaction transaction, VisitId visit, int position, Participant participant) => transaction.Execute(
        "INSERT INTO participants (id, visit, position, role, staff, patient, proxy) VALUES (@id, @visit, @position, @role, @staff, @patient, @proxy)",
        new
        {
            id = participant.Id.ToString(),
            visit = visit.ToString(),
            position = (long)position,
            role = WireName.Of(participant.Role),
            staff = participant.Staff?.ToString(),
            patient = participant.Patient?.ToString(),
            proxy = participant.Proxy?.ToString(),
        });

    public static Task SaveState(Transaction transaction, Visit visit) => transaction.Execute(
        "UPDATE visits SET state = @state, started_at = @StartedAt, ended_at = @EndedAt WHERE id = @id",
        new { id = visit.Id.ToString(), state = WireName.Of(visit.State), visit.StartedAt, visit.EndedAt });

    public static Task SaveConfidential(Transaction transaction, VisitId visit, bool confidential) =>
        transaction.Execute("UPDATE visits SET confidential = @confidential WHERE id = @id", new { id = visit.ToString(), confidential = confidential ? 1L : 0L });

    public static Task KeepEndReason(Transaction transaction, VisitId visit, string reason) =>
        transaction.Execute("UPDATE visits SET call_end_reason = @reason WHERE id = @id", new { id = visit.ToString(), reason });

    static Visit Assemble(VisitRow row, IEnumerable<ParticipantRow> people) => new(
        VisitId.Parse(row.Id, null), TenantId.Parse(row.Tenant, null), CallId.Parse(row.Call, null), StaffId.Parse(row.Clinician, null),
        PatientId.Parse(row.Patient, null), row.StartsAt, (int)row.Minutes, WireName.To<VisitState>(row.State), row.StartedAt, row.EndedAt,
        [
            .. people.Select(person => new Participant(ParticipantId.Parse(person.Id, null), WireName.To<VisitRole>(person.Role),
                person.Staff is null ? null : StaffId.Parse(person.Staff, null), person.Patient is null ? null : PatientId.Parse(person.Patient, null),
                person.Proxy is null ? null : ProxyId.Parse(person.Proxy, null))),
        ], row.Confidential != 0);
}

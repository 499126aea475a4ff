using System.Text.Json.Serialization;
using Refit;

namespace FirstRing.Contracts.Scheduling;

/// <summary>The Visit, from booked to ended. Every verb acts within the caller's tenant.</summary>
public interface ISchedulingClient
{
    /// <summary>A clinician books for a patient of their own, or for one whom nobody has had a visit with; nobody books themselves a visit with another's patient. Refused:
    /// <c>not-your-patient</c>, <c>visit-in-the-past</c>, <c>minutes-wrong</c> (5–480), <c>idempotency-mismatch</c>.</summary>
    [Post("/contract/scheduling/book-visit")] Task<Answer<Visit>> BookVisit([Body] BookVisit request, CancellationToken stop);

    /// <summary>Refused: <c>no-such-visit</c>; to a proxy of its patient the same where it is confidential, or their grant is over.</summary>
    [Post("/contract/scheduling/get-visit")] Task<Answer<Visit>> GetVisit([Body] GetVisit request, CancellationToken stop);

    /// <summary>Visits of one clinician (or all) that start in [From, To), at most 200, by start.</summary>
    [Post("/contract/scheduling/list-visits")] Task<Answer<VisitList>> ListVisits([Body] ListVisits request, CancellationToken stop);

    /// <summary>For services that hold patients' data: which of these whoever they act for has a visit with, booked, running or past. At most 200 ids
    /// (<c>too-many-ids</c>).</summary>
    [Post("/contract/scheduling/find-own-patients")] Task<Answer<OwnPatients>> FindOwnPatients([Body] FindOwnPatients request, CancellationToken stop);

    /// <summary>For identity: a patient's visits that start in [From, To), at most 200, by start.</summary>
    [Post("/contract/scheduling/list-own-visits")] Task<Answer<VisitList>> ListOwnVisits([Body] ListOwnVisits request, CancellationToken stop);

    /// <summary>Adds a participant other than patient and clinician; for a clinician, to a visit of their own. A proxy, who is named, has one place however often they are
    /// invited. Refused: <c>no-such-visit</c>, <c>not-in-this-visit</c>, <c>visit-over</c>, <c>visit-full</c> (six), <c>role-wrong</c>, <c>no-such-proxy</c> (who may not take part in
    /// visits for this patient now), <c>visit-confidential</c>, <c>idempotency-mismatch</c>.</summary>
    [Post("/contract/scheduling/invite")] Task<Answer<Participant>> Invite([Body] Invite request, CancellationToken stop);

    /// <summary>Ends a visit, for a clinician one of their own; ending an ended visit is no error. Refused: <c>no-such-visit</c>, <c>not-in-this-visit</c>,
    /// <c>visit-over</c> (a no-show).</summary>
    [Post("/contract/scheduling/end-visit")] Task<Answer<Visit>> EndVisit([Body] EndVisit request, CancellationToken stop);

    /// <summary>Keeps a visit from everyone who acts for its patient, or does so no more; for a clinician, one of their own. Marking again changes nothing. What proxies had of it is
    /// gone for good: a link that was taken back does not come back. Refused: <c>no-such-visit</c>, <c>not-in-this-visit</c>.</summary>
    [Post("/contract/scheduling/mark-confidential")] Task<Answer<Visit>> MarkConfidential([Body] MarkConfidential request, CancellationToken stop);

    /// <summary>From the planned start on; marking twice is no error. A visit that never started is marked by itself 15 minutes after its planned end.
    /// Refused: <c>no-such-visit</c>, <c>not-in-this-visit</c>, <c>visit-started</c>, <c>visit-not-due</c>, <c>visit-over</c> (ended).</summary>
    [Post("/contract/scheduling/mark-no-show")] Task<Answer<Visit>> MarkNoShow([Body] MarkNoShow request, CancellationToken stop);
}

[JsonConverter(typeof(JsonStringEnumConverter<VisitState>))]
public enum VisitState
{
    [JsonStringEnumMemberName("booked")] Booked,
    [JsonStringEnumMemberName("started")] Started,
    [JsonStringEnumMemberName("ended")] Ended,
    [JsonStringEnumMemberName("no-show")] NoShow,
}

/// <summary><paramref name="StartsAt"/> in UTC microseconds; null means now.</summary>
public sealed record BookVisit(string Key, TenantId Tenant, StaffId Clinician, PatientId Patient, long? StartsAt, int Minutes);
public sealed record GetVisit(TenantId Tenant, VisitId Id);
public sealed record ListVisits(TenantId Tenant, StaffId? Clinician, long From, long To);
public sealed record ListOwnVisits(TenantId Tenant, PatientId Patient, long From, long To);
public sealed record FindOwnPatients(TenantId Tenant, IReadOnlyList<PatientId> Patients);
public sealed record OwnPatients(IReadOnlyList<PatientId> Patients);
/// <summary><paramref name="Proxy"/>: who, where the role is a proxy's.</summary>
public sealed record Invite(string Key, TenantId Tenant, VisitId Visit, VisitRole Role, ProxyId? Proxy = null);
public sealed record MarkConfidential(TenantId Tenant, VisitId Visit, bool Confidential);
public sealed record EndVisit(TenantId Tenant, VisitId Visit);
public sealed record MarkNoShow(TenantId Tenant, VisitId Visit);
public sealed record Participant(ParticipantId Id, VisitRole Role, StaffId? Staff, PatientId? Patient, ProxyId? Proxy = null);

/// <summary>Times in UTC microseconds. <paramref name="Confidential"/>: nobody who acts for the patient learns that it is.</summary>
public sealed record Visit(VisitId Id, TenantId Tenant, CallId Call, StaffId Clinician, PatientId Patient, long StartsAt, int Minutes, VisitState State,
    long? StartedAt, long? EndedAt, IReadOnlyList<Participant> Participants, bool Confidential = false);
public sealed record VisitList(IReadOnlyList<Visit> Visits);

public sealed record VisitBooked(VisitId Visit, TenantId Tenant, CallId Call, long StartsAt);

/// <summary>Identity takes back what proxies have of it.</summary>
public sealed record VisitMadeConfidential(VisitId Visit, TenantId Tenant);

/// <summary>Signaling closes the call.</summary>
public sealed record VisitEnded(VisitId Visit, TenantId Tenant, CallId Call, VisitState State);

using System.Text.Json.Serialization;
using Refit;

namespace FirstRing.Contracts.Identity;

/// <summary>
/// Break-glass (45 CFR 164.312(a)(2)(ii)): a clinician opens the record of a visit that is somebody else's, for four hours, by giving a reason. The clinic's
/// admins are told at once and each use is reviewed by one of them. A grant is good for one member of staff, one patient, one clinic, and under the login that it was given to.
/// </summary>
public interface IEmergencyClient
{
    /// <summary>For clinicians, by the secret of their login. As long as that login's grant for the visit is open it is answered again. Refused: <c>not-signed-in</c>,
    /// <c>no-such-visit</c>, <c>own-visit</c>, <c>emergency-reason-wrong</c> (10 to 1,000 characters), <c>idempotency-mismatch</c>.</summary>
    [Post("/contract/identity/break-glass")] Task<Answer<EmergencyGrant>> BreakGlass([Body] BreakGlass request, CancellationToken stop);

    /// <summary>The open grant of a login for a visit. Refused: <c>not-signed-in</c>, <c>no-emergency</c>.</summary>
    [Post("/contract/identity/find-emergency")] Task<Answer<EmergencyGrant>> FindEmergency([Body] FindEmergency request, CancellationToken stop);

    /// <summary>For services that hold what is asked for: whether whoever they act for has this patient's record open by this grant, now. Refused: <c>emergency-over</c>,
    /// whatever it is that does not fit.</summary>
    [Post("/contract/identity/check-emergency")] Task<Answer<Done>> CheckEmergency([Body] CheckEmergency request, CancellationToken stop);

    /// <summary>By the clinician whose it is, or by an admin; again changes nothing. Refused: <c>no-such-emergency</c>.</summary>
    [Post("/contract/identity/end-emergency")] Task<Answer<Done>> EndEmergency([Body] EndEmergency request, CancellationToken stop);

    /// <summary>For admins and auditors: those that wait for a review first, the oldest on top, at most 200; reasons are in none.</summary>
    [Post("/contract/identity/list-emergencies")] Task<Answer<EmergencyList>> ListEmergencies([Body] ListEmergencies request, CancellationToken stop);

    /// <summary>For admins and auditors: how many wait for a review.</summary>
    [Post("/contract/identity/count-emergencies")] Task<Answer<EmergencyCount>> CountEmergencies([Body] CountEmergencies request, CancellationToken stop);

    /// <summary>For admins and auditors: one with its reason. Audited. Refused: <c>no-such-emergency</c>.</summary>
    [Post("/contract/identity/get-emergency")] Task<Answer<Emergency>> GetEmergency([Body] GetEmergency request, CancellationToken stop);

    /// <summary>For admins, of another's. Once: the same again changes nothing. Refused: <c>no-such-emergency</c>, <c>own-emergency</c>, <c>emergency-reviewed</c>,
    /// <c>emergency-note-wrong</c> (1 to 1,000 characters).</summary>
    [Post("/contract/identity/review-emergency")] Task<Answer<Done>> ReviewEmergency([Body] ReviewEmergency request, CancellationToken stop);
}

/// <summary>What a review found.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EmergencyVerdict>))]
public enum EmergencyVerdict
{
    [JsonStringEnumMemberName("right")] Right,
    [JsonStringEnumMemberName("not-right")] NotRight,
}

/// <summary>By which a grant ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EmergencyEnd>))]
public enum EmergencyEnd
{
    /// <summary>Its four hours.</summary>
    [JsonStringEnumMemberName("time")] Time,

    /// <summary>The login that it was given to.</summary>
    [JsonStringEnumMemberName("login")] Login,

    /// <summary>The clinician had no more need of it.</summary>
    [JsonStringEnumMemberName("clinician")] Clinician,

    /// <summary>An admin took it back.</summary>
    [JsonStringEnumMemberName("admin")] Admin,
}

/// <summary><paramref name="Key"/> makes a repeat answer the same grant.</summary>
public sealed record BreakGlass(string Key, string Login, VisitId Visit, Phi<string> Reason);
public sealed record FindEmergency(string Login, VisitId Visit);

/// <summary>Times in UTC microseconds.</summary>
public sealed record EmergencyGrant(EmergencyId Id, VisitId Visit, PatientId Patient, long GrantedAt, long EndsAt);
public sealed record CheckEmergency(TenantId Tenant, EmergencyId Id, PatientId Patient);
public sealed record EndEmergency(TenantId Tenant, EmergencyId Id);
public sealed record ListEmergencies(TenantId Tenant);

/// <summary><paramref name="Open"/>: it opens the record still. <paramref name="Ended"/> is null as long as nobody has noted the end; times in UTC microseconds.</summary>
public sealed record EmergencyEntry(EmergencyId Id, StaffId Staff, VisitId Visit, PatientId Patient, long GrantedAt, long EndsAt, bool Open, long? EndedAt, EmergencyEnd? Ended,
    EmergencyReview? Review);

/// <summary><paramref name="At"/> in UTC microseconds.</summary>
public sealed record EmergencyReview(StaffId By, long At, EmergencyVerdict Verdict);
public sealed record EmergencyList(IReadOnlyList<EmergencyEntry> Emergencies);
public sealed record CountEmergencies(TenantId Tenant);
public sealed record EmergencyCount(int Waiting);
public sealed record GetEmergency(TenantId Tenant, EmergencyId Id);
public sealed record Emergency(EmergencyEntry Entry, Phi<string> Reason, Phi<string>? Note);
public sealed record ReviewEmergency(TenantId Tenant, EmergencyId Id, EmergencyVerdict Verdict, Phi<string> Note);

/// <summary>A record was opened in an emergency: <paramref name="Admins"/> are to hear of it. <paramref name="At"/> in UTC microseconds.</summary>
public sealed record GlassBroken(TenantId Tenant, EmergencyId Emergency, IReadOnlyList<StaffId> Admins, long At);

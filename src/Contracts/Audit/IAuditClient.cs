using Refit;

namespace FirstRing.Contracts.Audit;

/// <summary>
/// Who saw or did what, with the proof. For admins and auditors of the tenant, others are refused with <c>not-allowed</c>; every reading is itself an access and is
/// in the log soon after. Times in UTC microseconds.
/// </summary>
public interface IAuditClient
{
    /// <summary>Newest first. Refused: <c>query-wrong</c> (more than 200 at once, or a place that is none).</summary>
    [Post("/contract/audit/search")] Task<Answer<LogPage>> Search([Body] SearchLog request, CancellationToken stop);

    /// <summary>One event with its inclusion proof under the newest checkpoint. Refused: <c>no-such-event</c>, <c>not-yet-proven</c> (a second at most).</summary>
    [Post("/contract/audit/get-event")] Task<Answer<ProvenEvent>> GetEvent([Body] GetEvent request, CancellationToken stop);

    /// <summary>Who accessed one patient's data within six years (45 CFR 164.528), by actor and action. Refused: <c>report-too-long</c>.</summary>
    [Post("/contract/audit/report-disclosures")] Task<Answer<DisclosureReport>> ReportDisclosures([Body] ReportDisclosures request, CancellationToken stop);
}

/// <summary><paramref name="Before"/>: <see cref="LogPage.Next"/> of the page before. <paramref name="Actor"/> is the opaque id as it stands in events.</summary>
public sealed record SearchLog(TenantId Tenant, PatientId? Patient, string? Actor, string? Action, long? From, long? Until, string? Before, int Most);

/// <summary><paramref name="Next"/> is null at the end.</summary>
public sealed record LogPage(IReadOnlyList<LogEvent> Events, string? Next);

/// <summary>
/// An access. <paramref name="At"/> by the clock of <paramref name="Service"/>, <paramref name="Taken"/> by the log's. <paramref name="Readable"/> false: the tenant's key was
/// destroyed, only time, service and action are left. <paramref name="Skew"/>: by how much the service's clock was out, where that is more than two seconds.
/// <paramref name="Purpose"/>: see <see cref="PurposeOfUse"/>; null in the ordinary way.
/// </summary>
public sealed record LogEvent(long Seq, long At, long Taken, string Service, string Action, bool Readable, string Actor, string Role, string Subject, string Outcome,
    string? Patient, long? Skew, string? Purpose = null);

public sealed record GetEvent(TenantId Tenant, long Seq);

/// <summary><paramref name="Line"/> is what lies in the log, <paramref name="Proof"/> its path to the root of <paramref name="Checkpoint"/> (RFC 6962 §2.1.1).
/// <paramref name="Witnessed"/>: a witness has signed that checkpoint too.</summary>
public sealed record ProvenEvent(LogEvent Event, byte[] Line, long Size, IReadOnlyList<byte[]> Proof, string Checkpoint, bool Witnessed);

public sealed record ReportDisclosures(TenantId Tenant, PatientId Patient);
public sealed record DisclosureReport(PatientId Patient, long From, long Until, IReadOnlyList<Disclosure> Disclosures);

/// <summary>What one actor did, how often, first and last.</summary>
public sealed record Disclosure(string Actor, string Role, string Service, string Action, long First, long Last, int Count);

using System.Text.Json.Serialization;
using Refit;

namespace FirstRing.Contracts.Identity;

/// <summary>
/// What others may do for a patient: a grant with its scope and its end. It holds ids and times; who the proxy is lies with records. A grant that was given while the patient
/// was a minor ends at the latest when they come of age. Each giving and each end is in the log under the patient.
/// </summary>
public interface IProxiesClient
{
    /// <summary>For the desk, and a clinician for a patient of their own. A proxy has one grant: whoever is to act again is entered anew. Refused: <c>no-such-patient</c>,
    /// <c>no-such-proxy</c> (unknown, or of another patient), <c>proxy-scope-missing</c>, <c>proxy-end-wrong</c> (not after now, or later than the patient's coming of age),
    /// <c>patient-of-age</c> (nobody is a parent of an adult here), <c>proxy-granted</c>, <c>idempotency-mismatch</c>.</summary>
    [Post("/contract/identity/grant-proxy")] Task<Answer<ProxyGrant>> GrantProxy([Body] GrantProxy request, CancellationToken stop);

    /// <summary>A patient's grants, those that hold first, at most 200. Refused: <c>no-such-patient</c>.</summary>
    [Post("/contract/identity/list-proxy-grants")] Task<Answer<ProxyGrantList>> ListProxyGrants([Body] ListProxyGrants request, CancellationToken stop);

    /// <summary>Ends a grant at once, with its links; whoever is in a call by it is out of it within a minute. Ending again changes nothing. Refused: <c>no-such-proxy</c>.</summary>
    [Post("/contract/identity/end-proxy")] Task<Answer<ProxyGrant>> EndProxy([Body] EndProxy request, CancellationToken stop);

    /// <summary>What the services ask before a proxy does anything: whether this grant holds now for this patient and this much and, where a participant is named, by a link of theirs
    /// that opens still. Refused: <c>no-such-proxy</c>, whatever it is that does not hold.</summary>
    [Post("/contract/identity/check-proxy")] Task<Answer<Done>> CheckProxy([Body] CheckProxy request, CancellationToken stop);
}

/// <summary>What a proxy may do for the patient.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProxyScope>))]
public enum ProxyScope
{
    /// <summary>Take part in visits.</summary>
    [JsonStringEnumMemberName("visits")] Visits,

    /// <summary>Read and write the messages of a visit.</summary>
    [JsonStringEnumMemberName("messages")] Messages,

    /// <summary>Agree to the clinic's texts, and take it back.</summary>
    [JsonStringEnumMemberName("consent")] Consent,
}

/// <summary>How a grant came to its end.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProxyEnd>))]
public enum ProxyEnd
{
    /// <summary>By itself, at its end.</summary>
    [JsonStringEnumMemberName("time")] Time,

    /// <summary>A member of staff ended it.</summary>
    [JsonStringEnumMemberName("staff")] Staff,
}

/// <summary><paramref name="Until"/> in UTC microseconds; null means for as long as it may: of a minor until they come of age, of an adult for a year.</summary>
public sealed record GrantProxy(string Key, TenantId Tenant, PatientId Patient, ProxyId Proxy, IReadOnlyList<ProxyScope> Scopes, long? Until);
public sealed record ListProxyGrants(TenantId Tenant, PatientId Patient);
public sealed record EndProxy(TenantId Tenant, ProxyId Proxy);
public sealed record CheckProxy(TenantId Tenant, PatientId Patient, ProxyId Proxy, ProxyScope Scope, ParticipantId? Participant);

/// <summary>Times in UTC microseconds. <paramref name="Holds"/>: at the moment of the answer. <paramref name="EndedAt"/> is null as long as nobody noted an end.</summary>
public sealed record ProxyGrant(ProxyId Id, PatientId Patient, IReadOnlyList<ProxyScope> Scopes, long From, long Until, bool Holds, long? EndedAt, ProxyEnd? Ended);
public sealed record ProxyGrantList(IReadOnlyList<ProxyGrant> Grants);

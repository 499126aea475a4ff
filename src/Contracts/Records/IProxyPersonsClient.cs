using System.Text.Json.Serialization;
using Refit;

namespace FirstRing.Contracts.Records;

/// <summary>Who acts for a patient: name, birth date, and by what right, sealed under the patient. What they may do lies with identity.</summary>
public interface IProxyPersonsClient
{
    /// <summary>For the desk, and a clinician for a patient of their own. Refused: <c>no-such-patient</c>, <c>name-missing</c>, <c>birth-date-wrong</c>, <c>relation-wrong</c>,
    /// <c>evidence-wrong</c>, <c>idempotency-mismatch</c>.</summary>
    [Post("/contract/records/add-proxy")] Task<Answer<ProxyAdded>> AddProxy([Body] AddProxy request, CancellationToken stop);

    /// <summary>Everyone who was ever entered for a patient, the newest first, at most 200. Refused: <c>no-such-patient</c>.</summary>
    [Post("/contract/records/list-proxies")] Task<Answer<ProxyPersonList>> ListProxies([Body] ListProxies request, CancellationToken stop);

    /// <summary>For identity: until when a grant may hold, as far as the patient's age decides. Refused: <c>no-such-proxy</c> (unknown, or of another patient), <c>no-such-patient</c>,
    /// <c>patient-of-age</c>.</summary>
    [Post("/contract/records/find-proxy-limit")] Task<Answer<ProxyLimit>> FindProxyLimit([Body] FindProxyLimit request, CancellationToken stop);

    /// <summary>Bridge for identity: says only whether the date is the proxy's. Refused: <c>no-such-proxy</c>.</summary>
    [Post("/contract/records/check-proxy-birth-date")] Task<Answer<BirthDateChecked>> CheckProxyBirthDate([Body] CheckProxyBirthDate request, CancellationToken stop);

    /// <summary>The given name of the patient for whom a proxy acts, for that proxy; identity is asked each time. Refused: <c>no-such-patient</c>.</summary>
    [Post("/contract/records/get-represented")] Task<Answer<Represented>> GetRepresented([Body] GetRepresented request, CancellationToken stop);
}

/// <summary>By what right somebody acts for a patient.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProxyBasis>))]
public enum ProxyBasis
{
    /// <summary>A parent, or whoever has the care of a minor.</summary>
    [JsonStringEnumMemberName("minor-child")] MinorChild,

    /// <summary>A court appointed them.</summary>
    [JsonStringEnumMemberName("court")] Court,

    /// <summary>The patient asked for it.</summary>
    [JsonStringEnumMemberName("patient-consent")] PatientConsent,
}

/// <summary><paramref name="Evidence"/>: what was shown, and to whom.</summary>
public sealed record AddProxy(string Key, TenantId Tenant, PatientId Patient, Phi<string> GivenName, Phi<string> FamilyName, Phi<DateOnly> BirthDate, Phi<string> Relation, ProxyBasis Basis, Phi<string>? Evidence);
public sealed record ProxyAdded(ProxyId Id);
public sealed record ListProxies(TenantId Tenant, PatientId Patient);
public sealed record ProxyPerson(ProxyId Id, Phi<string> GivenName, Phi<string> FamilyName, Phi<string> Relation, ProxyBasis Basis, Phi<string>? Evidence);

/// <summary>With the name of the patient for whom they act.</summary>
public sealed record ProxyPersonList(Phi<string> GivenName, Phi<string> FamilyName, IReadOnlyList<ProxyPerson> Proxies);

/// <summary><paramref name="Zone"/> and <paramref name="MajorityAge"/> (years) are the clinic's.</summary>
public sealed record FindProxyLimit(TenantId Tenant, PatientId Patient, ProxyId Proxy, string Zone, int MajorityAge);

/// <summary><paramref name="ComesOfAgeAt"/> in UTC microseconds, of a patient who is a minor; null for an adult.</summary>
public sealed record ProxyLimit(long? ComesOfAgeAt);
public sealed record CheckProxyBirthDate(TenantId Tenant, ProxyId Proxy, Phi<DateOnly> BirthDate);
public sealed record GetRepresented(TenantId Tenant, PatientId Patient, ProxyId Proxy);
public sealed record Represented(Phi<string> GivenName);

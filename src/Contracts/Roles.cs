using System.Text.Json.Serialization;

namespace FirstRing.Contracts;

/// <summary>What someone is in a visit.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VisitRole>))]
public enum VisitRole
{
    [JsonStringEnumMemberName("patient")] Patient,

    /// <summary>Acts for the patient, by a grant.</summary>
    [JsonStringEnumMemberName("proxy")] Proxy,
    [JsonStringEnumMemberName("clinician")] Clinician,
    [JsonStringEnumMemberName("interpreter")] Interpreter,
    [JsonStringEnumMemberName("family")] Family,
    [JsonStringEnumMemberName("colleague")] Colleague,
    [JsonStringEnumMemberName("guest")] Guest,
}

/// <summary>What a member of staff may do in a tenant.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StaffRole>))]
public enum StaffRole
{
    [JsonStringEnumMemberName("clinician")] Clinician,
    [JsonStringEnumMemberName("front-desk")] FrontDesk,
    [JsonStringEnumMemberName("admin")] Admin,

    /// <summary>Reads the audit log and the agreements, and changes nothing.</summary>
    [JsonStringEnumMemberName("auditor")] Auditor,

    /// <summary>Keeps the platform and its keys running, and sees no patient.</summary>
    [JsonStringEnumMemberName("operator")] Operator,
}

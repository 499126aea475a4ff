using Refit;

namespace FirstRing.Contracts.Records;

/// <summary>Patients. Every read that returns PHI leaves an audit row in the same transaction.</summary>
public interface IRecordsClient
{
    /// <summary>Refused: <c>name-missing</c>, <c>birth-date-wrong</c>, <c>contact-wrong</c>, <c>idempotency-mismatch</c>.</summary>
    [Post("/contract/records/create-patient")] Task<Answer<PatientCreated>> CreatePatient([Body] CreatePatient request, CancellationToken stop);

    /// <summary>For whoever has a visit with the patient, as scheduling says; for others by a grant of break-glass, which is named: then the audit row says so. Refused:
    /// <c>no-such-patient</c> (unknown or another's, which is one answer), <c>emergency-over</c>.</summary>
    [Post("/contract/records/get-patient")] Task<Answer<Patient>> GetPatient([Body] GetPatient request, CancellationToken stop);

    /// <summary>Names for a list, at most 200 ids (<c>too-many-ids</c>); left out is who is unknown, and for a clinician whom they have no visit with.</summary>
    [Post("/contract/records/get-patients")] Task<Answer<PatientList>> GetPatients([Body] GetPatients request, CancellationToken stop);

    /// <summary>Bridge for identity: says only whether the date matches. Refused: <c>no-such-patient</c>.</summary>
    [Post("/contract/records/check-birth-date")] Task<Answer<BirthDateChecked>> CheckBirthDate([Body] CheckBirthDate request, CancellationToken stop);

    /// <summary>Bridge for notifications, at the moment of sending: where to reach a patient, and nothing else. Refused: <c>no-such-patient</c>.</summary>
    [Post("/contract/records/get-contact")] Task<Answer<Contact>> GetContact([Body] GetContact request, CancellationToken stop);
}

public sealed record CreatePatient(string Key, TenantId Tenant, Phi<string> GivenName, Phi<string> FamilyName, Phi<DateOnly> BirthDate, Phi<string>? Phone,
    Phi<string>? Email);
public sealed record PatientCreated(PatientId Id);
public sealed record GetPatient(TenantId Tenant, PatientId Id, EmergencyId? Emergency = null);
public sealed record GetPatients(TenantId Tenant, IReadOnlyList<PatientId> Ids);
public sealed record Patient(PatientId Id, Phi<string> GivenName, Phi<string> FamilyName, Phi<DateOnly> BirthDate, Phi<string>? Phone, Phi<string>? Email);
public sealed record PatientName(PatientId Id, Phi<string> GivenName, Phi<string> FamilyName);
public sealed record PatientList(IReadOnlyList<PatientName> Patients);
public sealed record CheckBirthDate(TenantId Tenant, PatientId Patient, Phi<DateOnly> BirthDate);
public sealed record BirthDateChecked(bool Matches);
public sealed record GetContact(TenantId Tenant, PatientId Patient);
public sealed record Contact(Phi<string>? Email);

using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;

namespace FirstRing.Records.Patients;

/// <summary>Whose patient it is. Scheduling is asked at each read; where it does not answer, nothing is read.</summary>
internal static class OwnPatients
{
    const string NotTheirs = "not-their-patient";

    /// <summary>Those whom the member of staff that the request acts for has a visit with.</summary>
    public static async Task<IReadOnlySet<PatientId>> Of(IServiceProvider services, TenantId tenant, IReadOnlyList<PatientId> patients, CancellationToken stop) =>
        (await services.Client<ISchedulingClient>("records", "scheduling").FindOwnPatients(new FindOwnPatients(tenant, patients), stop)).Value?.Patients.ToHashSet() ?? [];

    /// <summary>Whether it may be said to the caller who acts for a patient: the desk arranges that for everybody, a clinician for their own.</summary>
    public static async Task<bool> AreOpen(IServiceProvider services, Caller caller, TenantId tenant, PatientId patient, CancellationToken stop) =>
        caller.Role != Who.Clinician || (await Of(services, tenant, [patient], stop)).Contains(patient);

    /// <summary>The same for another action than reading a record.</summary>
    public static Refusal Bar(Transaction transaction, PatientId patient, string action)
    {
        transaction.Audit(action, patient.ToString(), NotTheirs, patient.ToString());
        return Refusals.NoSuchPatient;
    }

    /// <summary>What is said of a patient who is not theirs, or not any more; with the row that says so.</summary>
    public static Refusal Refuse(Transaction transaction, PatientId patient, string? purpose = null)
    {
        var (outcome, refusal) = purpose is null ? (NotTheirs, Refusals.NoSuchPatient) : (Refusals.EmergencyOver.Code, Refusals.EmergencyOver);
        transaction.Audit("read-patient", patient.ToString(), outcome, patient.ToString(), purpose);
        return refusal;
    }
}

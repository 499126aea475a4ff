using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;

namespace FirstRing.Identity.Proxies;

/// <summary>How long a grant may hold, and who may keep it.</summary>
internal static class ProxyRules
{
    const long Year = 365 * 24 * 3_600_000_000L;

    public static readonly Refusal NoSuchProxy = new("no-such-proxy", "Nobody may do this for the patient by that name.", 404);
    public static readonly Refusal NoSuchPatient = new("no-such-patient", "There is no such patient.", 404);
    public static readonly Refusal ScopeMissing = new("proxy-scope-missing", "Say what they may do.", 422);
    public static readonly Refusal EndWrong = new("proxy-end-wrong", "The end must lie ahead, and no later than the patient's coming of age.", 422);
    public static readonly Refusal Granted = new("proxy-granted", "They have, or had, a grant already. Enter them anew.", 409);
    public static readonly Refusal Confidential = new("visit-confidential", "This visit is kept from whoever acts for the patient.", 409);
    public static readonly Refusal BirthDateNeeded = new("birth-date-needed", "Give your date of birth first.", 403);

    /// <summary>When a grant that is asked for ends. <paramref name="comesOfAgeAt"/>: null for an adult. UTC microseconds.</summary>
    public static Answer<Ending> End(long? asked, long? comesOfAgeAt, long now)
    {
        var until = asked ?? comesOfAgeAt ?? now + Year;
        return until <= now || until > comesOfAgeAt ? EndWrong : new Ending(until);
    }

    public sealed record Ending(long Until);

    /// <summary>The desk keeps everybody's, a clinician those of patients whom they have a visit with.</summary>
    public static async Task<bool> MayKeep(IServiceProvider services, Caller caller, TenantId tenant, PatientId patient, CancellationToken stop) => caller.Role != Who.Clinician
        || (await services.Client<ISchedulingClient>("identity", "scheduling").FindOwnPatients(new FindOwnPatients(tenant, [patient]), stop)).Value?.Patients.Contains(patient) == true;
}

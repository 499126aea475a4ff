using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Modules;

namespace FirstRing.Scheduling.Visits;

/// <summary>Whether somebody may take part for a patient. Identity is asked each time; where it does not answer, nobody may.</summary>
internal static class Proxies
{
    /// <summary>Whether the visit is there for one of its participants who is a proxy.</summary>
    public static async Task<bool> MaySee(IServiceProvider services, Visit visit, ParticipantId participant, ProxyId proxy, CancellationToken stop) =>
        !visit.Confidential && await Holds(services, visit.Tenant, visit.Patient, proxy, participant, stop);

    public static async Task<bool> Holds(IServiceProvider services, TenantId tenant, PatientId patient, ProxyId proxy, ParticipantId? participant, CancellationToken stop) =>
        (await services.Client<IProxiesClient>("scheduling", "identity").CheckProxy(new CheckProxy(tenant, patient, proxy, ProxyScope.Visits, participant), stop)).Value is not null;
}

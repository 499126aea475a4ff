using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.EndEmergency;

namespace FirstRing.Identity.Emergencies;

/// <summary>The clinician needs it no more, or an admin takes it back.</summary>
internal static class EndEmergency
{
    public static void Map(ContractRoutes routes) =>
        routes.Verb<Request, Answer<Done>>("end-emergency", Access.By("web").For(Who.Admin).ForOwn(Who.Clinician), Handle);

    static async Task<Answer<Done>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return EmergencyRules.NoSuchEmergency;
        var by = caller.Role == Who.Admin ? EmergencyEnd.Admin : EmergencyEnd.Clinician;
        return await services.GetRequiredService<EmergencyStore>().Commit<Answer<Done>>(acting, async transaction =>
        {
            if (await EmergencyStore.Hold(transaction, request.Tenant, request.Id) is not { } entry || (by == EmergencyEnd.Clinician && entry.Staff.ToString() != caller.Actor))
                return EmergencyRules.NoSuchEmergency;
            // What has ended by time or with its login is noted as that (EmergencyWatch).
            if (entry.Open && await EmergencyStore.End(transaction, entry.Id, transaction.Now, by))
                transaction.Audit("end-emergency", entry.Id.ToString(), WireName.Of(by), entry.Patient.ToString(), PurposeOfUse.BreakGlass(entry.Id));
            return Done.Yes;
        }, stop);
    }
}

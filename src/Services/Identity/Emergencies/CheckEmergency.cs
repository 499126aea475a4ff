using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.CheckEmergency;

namespace FirstRing.Identity.Emergencies;

/// <summary>What the services that hold patients' data ask before they open any by a grant. They keep the row of what was read.</summary>
internal static class CheckEmergency
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Done>>("check-emergency", Access.By("records").ForOwn(Who.Clinician), Handle);

    static async Task<Answer<Done>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Tenant.ToString()) is not null
        && await services.GetRequiredService<EmergencyStore>().Opens(request.Tenant, request.Id, caller.Actor!, request.Patient, stop) ? Done.Yes : EmergencyRules.Over;
}

using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Scheduling.EndVisit;

namespace FirstRing.Scheduling.Visits;

/// <summary>Ends a visit, started or not.</summary>
internal static class EndVisit
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Visit>>("end-visit", Access.By("web").For(Who.Desk).ForOwn(Who.Clinician), (request, caller, services, stop) =>
        Closing.Decide(services.GetRequiredService<VisitStore>(), caller, request.Tenant, request.Visit, "end-visit", VisitRules.End, stop));
}

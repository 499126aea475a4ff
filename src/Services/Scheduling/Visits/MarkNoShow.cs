using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Scheduling.MarkNoShow;

namespace FirstRing.Scheduling.Visits;

/// <summary>A clinician says that nobody came.</summary>
internal static class MarkNoShow
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Visit>>("mark-no-show", Access.By("web").For(Who.Desk).ForOwn(Who.Clinician), (request, caller, services, stop) =>
        Closing.Decide(services.GetRequiredService<VisitStore>(), caller, request.Tenant, request.Visit, "mark-no-show", VisitRules.MarkNoShow, stop));
}

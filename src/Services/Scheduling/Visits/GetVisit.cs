using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Scheduling.GetVisit;

namespace FirstRing.Scheduling.Visits;

/// <summary>One visit of the caller's tenant; for who holds a link, the one that the link is into.</summary>
internal static class GetVisit
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Visit>>("get-visit", Access.By("web", "identity", "intake", "notifications").For(Who.Clinic).ForOwn(Who.LinkHolder, Who.Patient).ForItself(),
        Handle);

    static async Task<Answer<Visit>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Tenant.ToString()) is not null && await services.GetRequiredService<VisitStore>().Find(request.Tenant, request.Id, stop) is { } visit
        && ((caller.Role != Who.LinkHolder && caller.Role != Who.Patient) || visit.Participants.Any(one => one.Id.ToString() == caller.Actor))
            ? visit
            : Refusals.NoSuchVisit;
}

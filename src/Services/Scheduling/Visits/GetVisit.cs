using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Scheduling.GetVisit;

namespace FirstRing.Scheduling.Visits;

/// <summary>One visit of the caller's tenant; for who holds a link, the one that the link is into. To a proxy from whom it is kept it does not exist.</summary>
internal static class GetVisit
{
    static readonly IReadOnlyList<string> ByLink = [Who.LinkHolder, Who.Patient, Who.Proxy];

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Visit>>("get-visit", Access.By("web", "identity", "intake", "notifications").For(Who.Clinic).ForOwn(ByLink).ForItself(), Handle);

    static async Task<Answer<Visit>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Tenant.ToString()) is not null && await services.GetRequiredService<VisitStore>().Find(request.Tenant, request.Id, stop) is { } visit
        && (!ByLink.Contains(caller.Role) || await IsTheirs(visit, caller, services, stop))
            ? visit
            : Refusals.NoSuchVisit;

    static async Task<bool> IsTheirs(Visit visit, Caller caller, IServiceProvider services, CancellationToken stop) =>
        visit.Participants.FirstOrDefault(one => one.Id.ToString() == caller.Actor) is { } place
        && (place.Proxy is not { } proxy || await Proxies.MaySee(services, visit, place.Id, proxy, stop));
}

using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Scheduling.ListVisits;

namespace FirstRing.Scheduling.Visits;

/// <summary>A day's visits, or any other span's.</summary>
internal static class ListVisits
{
    const int Most = 200;

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<VisitList>>("list-visits", Access.By("web").For(Who.Clinic), Handle);

    static async Task<Answer<VisitList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Tenant.ToString()) is null
            ? new VisitList([])
            : new VisitList(await services.GetRequiredService<VisitStore>().List(request.Tenant, request.Clinician, request.From, request.To, Most, stop));
}

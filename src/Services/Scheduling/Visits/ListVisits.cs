using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Scheduling.ListVisits;

namespace FirstRing.Scheduling.Visits;

/// <summary>A day's visits, or any other span's; and one patient's, for identity, which knows that it is them.</summary>
internal static class ListVisits
{
    const int Most = 200;

    public static void Map(ContractRoutes routes)
    {
        routes.Verb<Request, Answer<VisitList>>("list-visits", Access.By("web").For(Who.Clinic), (request, caller, services, stop) =>
            List(request.Tenant, request.Clinician, null, request.From, request.To, caller, services, stop));
        routes.Verb<ListOwnVisits, Answer<VisitList>>("list-own-visits", Access.By("identity").ForItself(), (request, caller, services, stop) =>
            List(request.Tenant, null, request.Patient, request.From, request.To, caller, services, stop));
    }

    static async Task<Answer<VisitList>> List(TenantId tenant, StaffId? clinician, PatientId? patient, long from, long to, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(tenant.ToString()) is null ? new VisitList([]) : new VisitList(await services.GetRequiredService<VisitStore>().List(tenant, clinician, patient, from, to, Most, stop));
}

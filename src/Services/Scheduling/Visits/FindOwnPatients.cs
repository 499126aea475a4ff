using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Scheduling.FindOwnPatients;

namespace FirstRing.Scheduling.Visits;

/// <summary>Whose patient it is: what the services that hold patients' data ask before each ordinary read. Says nothing of anybody else's.</summary>
internal static class FindOwnPatients
{
    const int Most = 200;

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<OwnPatients>>("find-own-patients", Access.By("records", "intake", "identity").ForOwn(Who.Clinic), Handle);

    static async Task<Answer<OwnPatients>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (request.Patients.Count > Most) return Refusals.TooManyIds;
        return caller.Within(request.Tenant.ToString()) is null || request.Patients.Count == 0
            ? new OwnPatients([])
            : new OwnPatients(await services.GetRequiredService<VisitStore>().OwnOf(request.Tenant, caller.Actor!, request.Patients, stop));
    }
}

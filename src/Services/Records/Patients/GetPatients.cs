using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Records.GetPatients;

namespace FirstRing.Records.Patients;

/// <summary>Patients for a list; an audit row for each of them.</summary>
internal static class GetPatients
{
    const int Most = 200;

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<PatientList>>("get-patients", Access.By("web").For(Who.Clinic), Handle);

    static async Task<Answer<PatientList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (request.Ids.Count > Most) return Refusals.TooManyIds;
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return new PatientList([]);
        return await services.GetRequiredService<PatientStore>().Commit(acting, async transaction =>
        {
            var patients = new List<Patient>(request.Ids.Count);
            foreach (var id in request.Ids.Distinct())
                if (await PatientStore.Read(transaction, request.Tenant, id, "read-patient") is { } content) patients.Add(content.ToPatient(id));
            return new PatientList(patients);
        }, stop);
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Records.GetPatients;

namespace FirstRing.Records.Patients;

/// <summary>Names for a list: the desk's of everybody, a clinician's of whom they have a visit with; an audit row for each of them.</summary>
internal static class GetPatients
{
    const int Most = 200;

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<PatientList>>("get-patients", Access.By("web").For(Who.Desk).ForOwn(Who.Clinician), Handle);

    static async Task<Answer<PatientList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (request.Ids.Count > Most) return Refusals.TooManyIds;
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return new PatientList([]);
        var ids = request.Ids.Distinct().ToList();
        var own = caller.Role == Who.Clinician ? await OwnPatients.Of(services, request.Tenant, ids, stop) : ids.ToHashSet();
        return await services.GetRequiredService<PatientStore>().Commit(acting, async transaction =>
        {
            var patients = new List<PatientName>(ids.Count);
            foreach (var id in ids)
                if (!own.Contains(id)) OwnPatients.Refuse(transaction, id);
                else if (await PatientStore.Read(transaction, request.Tenant, id, "read-patient") is { } content) patients.Add(new PatientName(id, content.GivenName, content.FamilyName));
            return new PatientList(patients);
        }, stop);
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Records.GetPatient;

namespace FirstRing.Records.Patients;

/// <summary>One patient, for whoever has a visit with them, which scheduling is asked each time; in an emergency by a grant, which identity is asked about each time and the row names.</summary>
internal static class GetPatient
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Patient>>("get-patient", Access.By("web").ForOwn(Who.Clinic), Handle);

    static async Task<Answer<Patient>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return Refusals.NoSuchPatient;
        var purpose = request.Emergency is { } emergency ? PurposeOfUse.BreakGlass(emergency) : null;
        var open = request.Emergency is { } grant
            ? caller.Role == Who.Clinician && (await services.Client<IEmergencyClient>("records", "identity").CheckEmergency(new CheckEmergency(request.Tenant, grant, request.Id), stop)).Value is not null
            : (await OwnPatients.Of(services, request.Tenant, [request.Id], stop)).Contains(request.Id);
        return await services.GetRequiredService<PatientStore>().Commit<Answer<Patient>>(acting, async transaction =>
        {
            if (!open) return OwnPatients.Refuse(transaction, request.Id, purpose);
            return await PatientStore.Read(transaction, request.Tenant, request.Id, "read-patient", purpose) is { } content ? content.ToPatient(request.Id) : Refusals.NoSuchPatient;
        }, stop);
    }
}

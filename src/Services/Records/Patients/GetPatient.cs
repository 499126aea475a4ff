using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Records.GetPatient;

namespace FirstRing.Records.Patients;

/// <summary>One patient, for someone of the patient's tenant; in an emergency by a grant, which identity is asked about each time and the row names.</summary>
internal static class GetPatient
{
    static readonly string Emergencies = WireName.Of(StaffRole.Clinician);

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Patient>>("get-patient", Access.By("web").For(Who.Clinic), Handle);

    static async Task<Answer<Patient>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return Refusals.NoSuchPatient;
        var purpose = request.Emergency is { } emergency ? PurposeOfUse.BreakGlass(emergency) : null;
        var open = request.Emergency is not { } grant
            || caller.Role == Emergencies && (await services.Client<IEmergencyClient>("records", "identity").CheckEmergency(new CheckEmergency(request.Tenant, grant, request.Id), stop)).Value is not null;
        return await services.GetRequiredService<PatientStore>().Commit<Answer<Patient>>(acting, async transaction =>
        {
            if (!open)
            {
                transaction.Audit("read-patient", request.Id.ToString(), Refusals.EmergencyOver.Code, request.Id.ToString(), purpose);
                return Refusals.EmergencyOver;
            }
            return await PatientStore.Read(transaction, request.Tenant, request.Id, "read-patient", purpose) is { } content ? content.ToPatient(request.Id) : Refusals.NoSuchPatient;
        }, stop);
    }
}

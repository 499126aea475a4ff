using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Records.GetPatient;

namespace FirstRing.Records.Patients;

/// <summary>One patient, for someone of the patient's tenant.</summary>
internal static class GetPatient
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Patient>>("get-patient", Access.By("web").For(Who.Clinic), Handle);

    static Task<Answer<Patient>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Tenant.ToString()) is not { } acting
            ? Task.FromResult<Answer<Patient>>(Refusals.NoSuchPatient)
            : services.GetRequiredService<PatientStore>().Commit<Answer<Patient>>(acting, async transaction =>
                await PatientStore.Read(transaction, request.Tenant, request.Id, "read-patient") is { } content
                    ? content.ToPatient(request.Id)
                    : Refusals.NoSuchPatient, stop);
}

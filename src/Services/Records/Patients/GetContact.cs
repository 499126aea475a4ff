using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Records.GetContact;

namespace FirstRing.Records.Patients;

/// <summary>The bridge by which notifications reaches a patient: the address alone, asked for at each sending, and a row for each time.</summary>
internal static class GetContact
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Contact>>("get-contact", Access.By("notifications").ForItself(), Handle);

    static Task<Answer<Contact>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Tenant.ToString()) is not { } acting
            ? Task.FromResult<Answer<Contact>>(Refusals.NoSuchPatient)
            : services.GetRequiredService<PatientStore>().Commit<Answer<Contact>>(acting, async transaction =>
                await PatientStore.Read(transaction, request.Tenant, request.Patient, "give-contact") is { } content ? new Contact(content.Email) : Refusals.NoSuchPatient, stop);
}

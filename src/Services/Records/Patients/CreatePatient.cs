using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Records.CreatePatient;

namespace FirstRing.Records.Patients;

/// <summary>Takes a patient in; the same key answers the same patient.</summary>
internal static class CreatePatient
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<PatientCreated>>("create-patient", Access.By("web").For(Who.Clinic), Handle);

    static async Task<Answer<PatientCreated>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<PatientStore>();
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return Refusals.NoSuchPatient;
        var content = PatientContent.Of(request, DateOnly.FromDateTime(store.Clock.GetUtcNow().UtcDateTime));
        if (content.Refused is { } why) return why;

        return await store.Commit<Answer<PatientCreated>>(acting, async transaction =>
        {
            var scope = $"{request.Tenant}/create-patient";
            var asked = JsonSerializer.Serialize(request, ContractsJson.Default.CreatePatient);
            var (earlier, mismatch) = await transaction.Recall(scope, request.Key, asked);
            if (mismatch) return Refusals.Mismatch;
            if (earlier is not null) return new PatientCreated(PatientId.Parse(earlier, null));

            var id = new PatientId(NewId.Random());
            await PatientStore.Insert(transaction, request.Tenant, id, content.Value!);
            await transaction.Remember(scope, request.Key, asked, id.ToString());
            transaction.Audit("create-patient", id.ToString(), patient: id.ToString());
            return new PatientCreated(id);
        }, stop);
    }
}

using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Records.Patients;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Records.AddProxy;

namespace FirstRing.Records.Proxies;

/// <summary>Who acts for a patient: the desk enters and reads it for everybody, a clinician for patients of their own.</summary>
internal static class KeepProxies
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<Request, Answer<ProxyAdded>>("add-proxy", Access.By("web").For(Who.Desk).ForOwn(Who.Clinician), Add);
        routes.Verb<ListProxies, Answer<ProxyPersonList>>("list-proxies", Access.By("web").For(Who.Desk).ForOwn(Who.Clinician), List);
    }

    static async Task<Answer<ProxyAdded>> Add(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<PatientStore>();
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return Refusals.NoSuchPatient;
        var checkedContent = ProxyContent.Of(request, DateOnly.FromDateTime(store.Clock.GetUtcNow().UtcDateTime));
        if (checkedContent.Value is not { } content) return checkedContent.Refused!;
        var open = await OwnPatients.AreOpen(services, caller, request.Tenant, request.Patient, stop);
        return await store.Commit<Answer<ProxyAdded>>(acting, async transaction =>
        {
            if (!open) return OwnPatients.Bar(transaction, request.Patient, "add-proxy");
            var (scope, asked) = ($"{request.Tenant}/add-proxy", JsonSerializer.Serialize(request, ContractsJson.Default.AddProxy));
            var (earlier, mismatch) = await transaction.Recall(scope, request.Key, asked);
            if (mismatch) return Refusals.Mismatch;
            if (earlier is not null) return new ProxyAdded(ProxyId.Parse(earlier, null));

            if (!await PatientStore.Exists(transaction, request.Tenant, request.Patient)) return Refusals.NoSuchPatient;
            var id = new ProxyId(NewId.Random());
            await ProxyStore.Insert(transaction, request.Tenant, request.Patient, id, content);
            await transaction.Remember(scope, request.Key, asked, id.ToString());
            transaction.Audit("add-proxy", id.ToString(), WireName.Of(request.Basis), request.Patient.ToString());
            return new ProxyAdded(id);
        }, stop);
    }

    static async Task<Answer<ProxyPersonList>> List(ListProxies request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return Refusals.NoSuchPatient;
        var open = await OwnPatients.AreOpen(services, caller, request.Tenant, request.Patient, stop);
        return await services.GetRequiredService<PatientStore>().Commit<Answer<ProxyPersonList>>(acting, async transaction =>
        {
            if (!open) return OwnPatients.Bar(transaction, request.Patient, "list-proxies");
            if (await PatientStore.Read(transaction, request.Tenant, request.Patient, "list-proxies") is not { } patient) return Refusals.NoSuchPatient;
            return new ProxyPersonList(patient.GivenName, patient.FamilyName, [.. (await ProxyStore.List(transaction, request.Tenant, request.Patient)).Select(one => one.Content.ToPerson(one.Id))]);
        }, stop);
    }
}

using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Identity.Tenants;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.GrantProxy;

namespace FirstRing.Identity.Proxies;

/// <summary>Lets somebody act for a patient. Records says whose proxy they are and until when the patient's age lets it hold; nothing else of either is told here.</summary>
internal static class GrantProxy
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<ProxyGrant>>("grant-proxy", Access.By("web").For(Who.Desk).ForOwn(Who.Clinician), Handle);

    static async Task<Answer<ProxyGrant>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return ProxyRules.NoSuchPatient;
        var scopes = request.Scopes.Distinct().Order().ToList();
        if (scopes.Count == 0) return ProxyRules.ScopeMissing;
        var store = services.GetRequiredService<ProxyStore>();
        var limited = await Limit(request, caller, services, stop);
        return await store.Commit<Answer<ProxyGrant>>(acting, async transaction =>
        {
            var (scope, asked) = ($"{request.Tenant}/grant-proxy", JsonSerializer.Serialize(request, ContractsJson.Default.GrantProxy));
            var (earlier, mismatch) = await transaction.Recall(scope, request.Key, asked);
            if (mismatch) return Refusals.Mismatch;
            if (earlier is not null) return await ProxyStore.Hold(transaction, request.Tenant, ProxyId.Parse(earlier, null)) is { } there ? there : ProxyRules.NoSuchProxy;

            if (limited.Value is not { } limit)
            {
                transaction.Audit("grant-proxy", request.Proxy.ToString(), limited.Refused!.Code, request.Patient.ToString());
                return limited.Refused;
            }
            var end = ProxyRules.End(request.Until, limit.ComesOfAgeAt, transaction.Now);
            if (end.Value is not { } ending) return end.Refused!;
            var grant = new ProxyGrant(request.Proxy, request.Patient, scopes, transaction.Now, ending.Until, Holds: true, null, null);
            if (await ProxyStore.Insert(transaction, request.Tenant, grant) == 0) return ProxyRules.Granted;
            await transaction.Remember(scope, request.Key, asked, grant.Id.ToString());
            transaction.Audit("grant-proxy", grant.Id.ToString(), patient: grant.Patient.ToString());
            return grant;
        }, stop);
    }

    static async Task<Answer<ProxyLimit>> Limit(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (!await ProxyRules.MayKeep(services, caller, request.Tenant, request.Patient, stop)) return ProxyRules.NoSuchPatient;
        if (await services.GetRequiredService<TenantStore>().Find(request.Tenant, stop) is not { } clinic) return Refusals.NoSuchTenant;
        return await services.Client<IProxyPersonsClient>("identity", "records").FindProxyLimit(new FindProxyLimit(request.Tenant, request.Patient, request.Proxy, clinic.Zone, clinic.MajorityAge), stop);
    }
}

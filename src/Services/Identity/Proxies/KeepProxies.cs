using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity.Proxies;

/// <summary>Who acts for a patient, and the end of it; and what the other services ask before they let a proxy do anything.</summary>
internal static class KeepProxies
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<ListProxyGrants, Answer<ProxyGrantList>>("list-proxy-grants", Access.By("web").For(Who.Desk).ForOwn(Who.Clinician), List);
        routes.Verb<EndProxy, Answer<ProxyGrant>>("end-proxy", Access.By("web").For(Who.Desk).ForOwn(Who.Clinician), End);
        routes.Verb<CheckProxy, Answer<Done>>("check-proxy", Access.By("scheduling", "records", "intake").For([.. Who.Clinic, Who.LinkHolder, Who.Proxy]), Check);
    }

    static async Task<Answer<ProxyGrantList>> List(ListProxyGrants request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return ProxyRules.NoSuchPatient;
        var may = await ProxyRules.MayKeep(services, caller, request.Tenant, request.Patient, stop);
        return await services.GetRequiredService<ProxyStore>().Commit<Answer<ProxyGrantList>>(acting, async transaction =>
        {
            transaction.Audit("list-proxy-grants", request.Patient.ToString(), may ? "ok" : ProxyRules.NoSuchPatient.Code, request.Patient.ToString());
            return may ? new ProxyGrantList(await ProxyStore.List(transaction, request.Tenant, request.Patient)) : ProxyRules.NoSuchPatient;
        }, stop);
    }

    static async Task<Answer<ProxyGrant>> End(EndProxy request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<ProxyStore>();
        if (caller.Within(request.Tenant.ToString()) is not { } acting || await store.Find(request.Tenant, request.Proxy, stop) is not { } found) return ProxyRules.NoSuchProxy;
        var may = await ProxyRules.MayKeep(services, caller, request.Tenant, found.Patient, stop);
        return await store.Commit<Answer<ProxyGrant>>(acting, async transaction =>
        {
            if (!may)
            {
                transaction.Audit("end-proxy", request.Proxy.ToString(), ProxyRules.NoSuchProxy.Code, found.Patient.ToString());
                return ProxyRules.NoSuchProxy;
            }
            // What has ended by time is noted as that (ProxyWatch).
            if (await ProxyStore.Hold(transaction, request.Tenant, request.Proxy) is { Holds: true } grant) await ProxyStore.End(transaction, grant, transaction.Now, ProxyEnd.Staff);
            return (await ProxyStore.Hold(transaction, request.Tenant, request.Proxy))!;
        }, stop);
    }

    static async Task<Answer<Done>> Check(CheckProxy request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<ProxyStore>();
        return caller.Within(request.Tenant.ToString()) is not null && await store.Find(request.Tenant, request.Proxy, stop) is { Holds: true } grant && grant.Patient == request.Patient
            && grant.Scopes.Contains(request.Scope) && (request.Participant is not { } participant || await store.HasLink(request.Proxy, participant, stop))
            ? Done.Yes
            : ProxyRules.NoSuchProxy;
    }
}

using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Identity.Proxies;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.CreateLink;

namespace FirstRing.Identity.Links;

/// <summary>Makes a participant's link; the same request under the same key answers the same one.</summary>
internal static class CreateLink
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<LinkCreated>>("create-link", Access.By("web", "notifications").For(Who.Desk).ForOwn(Who.Clinician).ForItself(), Handle);

    static async Task<Answer<LinkCreated>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return Refusals.NoSuchTenant;
        var store = services.GetRequiredService<LinkStore>();
        // Whoever has a patient's link can read what the patient reads: the desk makes links into the clinic's visits, a clinician into their own.
        if (Who.Clinic.Contains(caller.Role) && !await MayLink(request, caller, services, stop))
            return await store.Commit(acting, transaction =>
            {
                transaction.Audit("create-link", request.Participant.ToString(), Refusals.NotParticipant.Code, request.Patient?.ToString());
                return Task.FromResult(Refusals.NotParticipant);
            }, stop);
        if (request.Proxy is not null && await WhyNotProxy(request, services, stop) is { } bar)
            return await store.Commit(acting, transaction =>
            {
                transaction.Audit("create-link", request.Participant.ToString(), bar.Code, request.Patient?.ToString());
                return Task.FromResult(bar);
            }, stop);
        var asked = JsonSerializer.Serialize(request, ContractsJson.Default.CreateLink);
        var token = await store.TokenFor(asked, stop);
        return await store.Commit<Answer<LinkCreated>>(acting, async transaction =>
        {
            var scope = $"{request.Tenant}/create-link";
            var (earlier, mismatch) = await transaction.Recall(scope, request.Key, asked);
            if (mismatch) return Refusals.Mismatch;
            if (earlier is not null) return new LinkCreated(token);

            var grant = request.Proxy is { } proxy ? await ProxyStore.Hold(transaction, request.Tenant, proxy) : null;
            if (request.Proxy is not null && (grant is not { Holds: true } || grant.Patient != request.Patient || !grant.Scopes.Contains(ProxyScope.Visits))) return ProxyRules.NoSuchProxy;
            // What a grant opens ends with it, to the moment, whatever else happens.
            var made = Link.Of(grant is null ? request : request with { Expires = Math.Min(request.Expires, grant.Until) }, Token.Hash(token), transaction.Now);
            if (made.Value is not { } link) return made.Refused!;
            await LinkStore.Insert(transaction, link);
            await transaction.Remember(scope, request.Key, asked, "made"); // the token itself is kept nowhere
            transaction.Audit("create-link", link.Proxy?.ToString() ?? link.Participant.ToString(), patient: link.Patient?.ToString());
            return new LinkCreated(token);
        }, stop);
    }

    /// <summary>A proxy's link is into a visit of the patient for whom they act, at the place that is theirs, unless it is kept from them. The same for everybody who asks for one.</summary>
    static async Task<Refusal?> WhyNotProxy(Request request, IServiceProvider services, CancellationToken stop)
    {
        var found = await services.Client<ISchedulingClient>("identity", "scheduling").GetVisit(new GetVisit(request.Tenant, request.Visit), stop);
        if (found.Value is not { } visit || visit.Call != request.Call || visit.Patient != request.Patient
            || !visit.Participants.Any(one => one.Id == request.Participant && one.Role == request.Role && one.Proxy == request.Proxy)) return Refusals.NotParticipant;
        return visit.Confidential ? ProxyRules.Confidential : null;
    }

    static async Task<bool> MayLink(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var found = await services.Client<ISchedulingClient>("identity", "scheduling").GetVisit(new GetVisit(request.Tenant, request.Visit), stop);
        return found.Value is { } visit && visit.Call == request.Call && (caller.Role != Who.Clinician
            || visit.Participants.Any(one => one.Staff?.ToString() == caller.Actor) && visit.Participants.Any(one => one.Id == request.Participant && one.Role == request.Role && (one.Proxy is not null || one.Patient == request.Patient)));
    }
}

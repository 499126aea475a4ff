using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
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
        var asked = JsonSerializer.Serialize(request, ContractsJson.Default.CreateLink);
        var token = await store.TokenFor(asked, stop);
        return await store.Commit<Answer<LinkCreated>>(acting, async transaction =>
        {
            var scope = $"{request.Tenant}/create-link";
            var (earlier, mismatch) = await transaction.Recall(scope, request.Key, asked);
            if (mismatch) return Refusals.Mismatch;
            if (earlier is not null) return new LinkCreated(token);

            var made = Link.Of(request, Token.Hash(token), transaction.Now);
            if (made.Value is not { } link) return made.Refused!;
            await LinkStore.Insert(transaction, link);
            await transaction.Remember(scope, request.Key, asked, "made"); // the token itself is kept nowhere
            transaction.Audit("create-link", link.Participant.ToString(), patient: link.Patient?.ToString());
            return new LinkCreated(token);
        }, stop);
    }

    static async Task<bool> MayLink(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var found = await services.Client<ISchedulingClient>("identity", "scheduling").GetVisit(new GetVisit(request.Tenant, request.Visit), stop);
        return found.Value is { } visit && visit.Call == request.Call && (caller.Role != Who.Clinician
            || visit.Participants.Any(one => one.Staff?.ToString() == caller.Actor) && visit.Participants.Any(one => one.Id == request.Participant && one.Role == request.Role && one.Patient == request.Patient));
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity.Emergencies;

/// <summary>The queue of reviews: every use of break-glass stays in it until an admin who is not its clinician has said what they found.</summary>
internal static class ReviewEmergencies
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<ListEmergencies, Answer<EmergencyList>>("list-emergencies", Access.By("web").For(Who.LogReaders), async (request, caller, services, stop) =>
            EmergencyRules.Reader(caller, request.Tenant) is null ? EmergencyRules.NotAllowed : new EmergencyList(await services.GetRequiredService<EmergencyStore>().List(request.Tenant, stop)));
        routes.Verb<CountEmergencies, Answer<EmergencyCount>>("count-emergencies", Access.By("web").For(Who.LogReaders), async (request, caller, services, stop) =>
            EmergencyRules.Reader(caller, request.Tenant) is null ? EmergencyRules.NotAllowed : new EmergencyCount(await services.GetRequiredService<EmergencyStore>().Waiting(request.Tenant, stop)));
        routes.Verb<GetEmergency, Answer<Emergency>>("get-emergency", Access.By("web").For(Who.LogReaders), Get);
        routes.Verb<ReviewEmergency, Answer<Done>>("review-emergency", Access.By("web").For(Who.Admin), Review);
    }

    static async Task<Answer<Emergency>> Get(GetEmergency request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (EmergencyRules.Reader(caller, request.Tenant) is not { } acting) return EmergencyRules.NotAllowed;
        return await services.GetRequiredService<EmergencyStore>().Commit<Answer<Emergency>>(acting, async transaction =>
        {
            if (await EmergencyStore.Open(transaction, request.Tenant, request.Id) is not { } found)
            {
                transaction.Audit("read-emergency", request.Id.ToString(), "no-such-emergency");
                return EmergencyRules.NoSuchEmergency;
            }
            transaction.Audit("read-emergency", request.Id.ToString(), patient: found.Entry.Patient.ToString());
            return found;
        }, stop);
    }

    static async Task<Answer<Done>> Review(ReviewEmergency request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (EmergencyRules.Admin(caller, request.Tenant) is not { Actor: { } reviewer } acting) return EmergencyRules.NotAllowed;
        if (EmergencyRules.Note(request.Note) is not { } note) return EmergencyRules.NoteWrong;
        return await services.GetRequiredService<EmergencyStore>().Commit<Answer<Done>>(acting, async transaction =>
        {
            if (await EmergencyStore.Hold(transaction, request.Tenant, request.Id) is not { } entry) return EmergencyRules.NoSuchEmergency;
            if (entry.Staff.ToString() == reviewer) return EmergencyRules.OwnEmergency;
            if (entry.Review is { } before) return before.By.ToString() == reviewer && before.Verdict == request.Verdict ? Done.Yes : EmergencyRules.Reviewed;
            await EmergencyStore.Review(transaction, request.Tenant, entry.Id, reviewer, request.Verdict, note);
            transaction.Audit("review-emergency", entry.Id.ToString(), WireName.Of(request.Verdict), entry.Patient.ToString(), PurposeOfUse.BreakGlass(entry.Id));
            return Done.Yes;
        }, stop);
    }
}

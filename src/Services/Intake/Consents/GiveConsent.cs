using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Intake.GiveConsent;

namespace FirstRing.Intake.Consents;

/// <summary>Someone agrees to the texts that were in front of them, in force or, where the clinic published meanwhile, just before.</summary>
internal static class GiveConsent
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<ConsentList>>("give-consent", Access.By("web").ForOwn([.. Who.Clinic, Who.Patient, Who.Proxy]), Handle);

    static async Task<Answer<ConsentList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var asked = await Giver.OrNoted(services, caller, request.Tenant, request.Visit, "give-consent", stop);
        if (asked.Value is not { } giver) return asked.Refused!;
        var act = giver.Role == VisitRole.Clinician ? ConsentAct.InWords : giver.Role == VisitRole.Proxy ? ConsentAct.ByProxy : request.Identified ? ConsentAct.Joined : ConsentAct.JoinedUnidentified;
        return await services.GetRequiredService<ConsentStore>().Commit<Answer<ConsentList>>(giver.As(caller.Within(request.Tenant.ToString())!), async transaction =>
        {
            var texts = new List<ConsentText>();
            foreach (var hash in request.Sha256.Distinct().Take(Enum.GetValues<ConsentPurpose>().Length))
            {
                if (await TextStore.Take(transaction, request.Tenant, hash) is not { } text) return Refusals.TextUnknown;
                texts.Add(text);
            }
            foreach (var text in texts)
                if (await ConsentStore.Give(transaction, request.Tenant, request.Visit, giver.Visit.Patient, text, act, giver.Id) is { } given)
                    transaction.Audit("give-consent", given.ToString(), $"{WireName.Of(text.Purpose)}.{text.Language}.{text.Version}", giver.Visit.Patient.ToString());
            return await ConsentStore.OfVisit(transaction, request.Tenant, request.Visit);
        }, stop);
    }
}

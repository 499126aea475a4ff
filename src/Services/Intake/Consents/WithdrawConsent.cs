using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Intake.WithdrawConsent;

namespace FirstRing.Intake.Consents;

/// <summary>Takes a consent back: a row beside it, which stays.</summary>
internal static class WithdrawConsent
{
    const int LongestReason = 2_000;

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<ConsentList>>("withdraw-consent", Access.By("web").ForOwn([.. Who.Clinic, Who.Patient, Who.Proxy]), Handle);

    static async Task<Answer<ConsentList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<ConsentStore>();
        if (request.Reason?.Reveal.Length > LongestReason) return Refusals.ReasonWrong;
        if (caller.Within(request.Tenant.ToString()) is not { } acting || await store.VisitOf(request.Tenant, request.Consent, stop) is not { } visit) return Refusals.NoSuchConsent;
        var asked = await Giver.OrNoted(services, caller, request.Tenant, visit, "withdraw-consent", stop);
        if (asked.Value is not { } giver) return asked.Refused!;
        return await store.Commit<Answer<ConsentList>>(giver.As(acting), async transaction =>
        {
            if (await ConsentStore.Withdraw(transaction, request.Tenant, request.Consent, giver.Id, request.Reason)) transaction.Audit("withdraw-consent", request.Consent.ToString(), patient: giver.Visit.Patient.ToString());
            return await ConsentStore.OfVisit(transaction, request.Tenant, visit);
        }, stop);
    }
}

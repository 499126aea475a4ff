using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Intake.ListConsents;

namespace FirstRing.Intake.Consents;

/// <summary>What was agreed to in a visit, or by a patient; for the patient, by their link, in the visit that the link is into.</summary>
internal static class ListConsents
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<ConsentList>>("list-consents", Access.By("web").For(Who.Clinic).ForOwn(Who.Patient), Handle);

    static async Task<Answer<ConsentList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return new ConsentList([]);
        if (caller.Role == Who.Patient)
        {
            if (request.Visit is not { } own) return Refusals.NotInThisVisit;
            if ((await Giver.Of(services, caller, request.Tenant, own, stop)).Refused is { } why) return why;
        }
        return await services.GetRequiredService<ConsentStore>().Commit<Answer<ConsentList>>(acting, async transaction =>
        {
            var found = request switch
            {
                { Visit: { } visit } => await ConsentStore.OfVisit(transaction, request.Tenant, visit),
                { Patient: { } patient } => await ConsentStore.OfPatient(transaction, request.Tenant, patient),
                _ => new ConsentList([]),
            };
            var whose = found.Consents.Select(consent => (PatientId?)consent.Patient).FirstOrDefault() ?? request.Patient;
            transaction.Audit("list-consents", request.Visit?.ToString() ?? request.Patient?.ToString() ?? "nothing", patient: whose?.ToString());
            return found;
        }, stop);
    }
}

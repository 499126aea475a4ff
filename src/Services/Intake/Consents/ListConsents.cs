using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Intake.ListConsents;

namespace FirstRing.Intake.Consents;

/// <summary>What was agreed to in a visit, for its patient by their link and its clinician; or by a patient, for whoever has a visit with them.</summary>
internal static class ListConsents
{
    const string Action = "list-consents";

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<ConsentList>>("list-consents", Access.By("web").ForOwn([.. Who.Clinic, Who.Patient]), Handle);

    static async Task<Answer<ConsentList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return new ConsentList([]);
        var allowed = await Whose(request, acting, services, stop);
        if (allowed.Value is not { } whose) return allowed.Refused!;
        return await services.GetRequiredService<ConsentStore>().Commit<Answer<ConsentList>>(acting, async transaction =>
        {
            transaction.Audit(Action, request.Visit?.ToString() ?? whose.Id.ToString(), patient: whose.Id.ToString());
            return request.Visit is { } visit ? await ConsentStore.OfVisit(transaction, request.Tenant, visit) : await ConsentStore.OfPatient(transaction, request.Tenant, whose.Id);
        }, stop);
    }

    sealed record Person(PatientId Id);

    /// <summary>Whose consents they are, if the caller may see them.</summary>
    static async Task<Answer<Person>> Whose(Request request, Caller acting, IServiceProvider services, CancellationToken stop)
    {
        if (request.Visit is { } visit)
        {
            var asked = await Giver.OrNoted(services, acting, request.Tenant, visit, Action, stop);
            return asked.Value is { } giver ? new Person(giver.Visit.Patient) : asked.Refused!;
        }
        if (acting.Role == Who.Patient || request.Patient is not { } patient) return await Giver.Note(services, acting, Action, "nothing", request.Patient, Refusals.NotInThisVisit, stop);
        var own = await services.Client<ISchedulingClient>("intake", "scheduling").FindOwnPatients(new FindOwnPatients(request.Tenant, [patient]), stop);
        return own.Value?.Patients.Contains(patient) == true ? new Person(patient) : await Giver.Note(services, acting, Action, patient.ToString(), patient, Refusals.NoSuchPatient, stop);
    }
}

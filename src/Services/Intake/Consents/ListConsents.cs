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

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<ConsentList>>("list-consents", Access.By("web").ForOwn([.. Who.Clinic, Who.Patient, Who.Proxy]), Handle);

    static async Task<Answer<ConsentList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return new ConsentList([]);
        var allowed = await Whose(request, acting, services, stop);
        if (allowed.Value is not { } whose) return allowed.Refused!;
        return await services.GetRequiredService<ConsentStore>().Commit<Answer<ConsentList>>(whose.By, async transaction =>
        {
            transaction.Audit(Action, request.Visit?.ToString() ?? whose.Id.ToString(), patient: whose.Id.ToString());
            return request.Visit is { } visit ? await ConsentStore.OfVisit(transaction, request.Tenant, visit) : await ConsentStore.OfPatient(transaction, request.Tenant, whose.Id);
        }, stop);
    }

    /// <summary><paramref name="By"/>: whoever asks, under the name that the log knows them by.</summary>
    sealed record Person(PatientId Id, Caller By);

    /// <summary>Whose consents they are, if the caller may see them.</summary>
    static async Task<Answer<Person>> Whose(Request request, Caller acting, IServiceProvider services, CancellationToken stop)
    {
        if (request.Visit is { } visit)
        {
            var asked = await Giver.OrNoted(services, acting, request.Tenant, visit, Action, stop);
            return asked.Value is { } giver ? new Person(giver.Visit.Patient, giver.As(acting)) : asked.Refused!;
        }
        if (acting.Role == Who.Patient || acting.Role == Who.Proxy || request.Patient is not { } patient) return await Giver.Note(services, acting, Action, "nothing", request.Patient, Refusals.NotInThisVisit, stop);
        var own = await services.Client<ISchedulingClient>("intake", "scheduling").FindOwnPatients(new FindOwnPatients(request.Tenant, [patient]), stop);
        return own.Value?.Patients.Contains(patient) == true ? new Person(patient, acting) : await Giver.Note(services, acting, Action, patient.ToString(), patient, Refusals.NoSuchPatient, stop);
    }
}

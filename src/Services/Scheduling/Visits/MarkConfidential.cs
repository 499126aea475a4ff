using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Scheduling.MarkConfidential;

namespace FirstRing.Scheduling.Visits;

/// <summary>Keeps a visit from everyone who acts for its patient: from the commit on they are told that there is none, and identity takes their links back.</summary>
internal static class MarkConfidential
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Visit>>("mark-confidential", Access.By("web").For(Who.Desk).ForOwn(Who.Clinician), Handle);

    static async Task<Answer<Visit>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return Refusals.NoSuchVisit;
        return await services.GetRequiredService<VisitStore>().Commit<Answer<Visit>>(acting, async transaction =>
        {
            if (await VisitStore.Hold(transaction, request.Tenant.ToString(), request.Visit) is not { } visit) return Refusals.NoSuchVisit;
            if (Closing.IsAnothers(transaction, visit, "mark-confidential")) return Refusals.NotInThisVisit;
            if (visit.Confidential == request.Confidential) return visit;
            await VisitStore.SaveConfidential(transaction, visit.Id, request.Confidential);
            transaction.Audit("mark-confidential", visit.Id.ToString(), request.Confidential ? "confidential" : "open", visit.Patient.ToString());
            if (request.Confidential)
                await transaction.Emit(EventTypes.VisitMadeConfidential, new VisitMadeConfidential(visit.Id, visit.Tenant), ContractsJson.Default.VisitMadeConfidential);
            return visit with { Confidential = request.Confidential };
        }, stop);
    }
}

using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Scheduling.BookVisit;

namespace FirstRing.Scheduling.Visits;

/// <summary>Books a visit, now or later, with its patient and its clinician; the same key answers the same visit.</summary>
internal static class BookVisit
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Visit>>("book-visit", Access.By("web").For(Who.Desk).ForOwn(Who.Clinician), Handle);

    static async Task<Answer<Visit>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return Refusals.NoSuchVisit;
        return await services.GetRequiredService<VisitStore>().Commit(acting, async transaction =>
        {
            var scope = $"{request.Tenant}/book-visit";
            var asked = JsonSerializer.Serialize(request, ContractsJson.Default.BookVisit);
            var (earlier, mismatch) = await transaction.Recall(scope, request.Key, asked);
            if (mismatch) return Refusals.Mismatch;
            if (earlier is not null) return JsonSerializer.Deserialize(earlier, ContractsJson.Default.Visit)!;

            // A visit is what opens a record, so it cannot be had by booking it.
            if ((caller.Role == Who.Clinician || caller.Actor == request.Clinician.ToString()) && await VisitStore.IsAnothers(transaction, request.Tenant, caller.Actor!, request.Patient))
            {
                transaction.Audit("book-visit", request.Patient.ToString(), Refusals.NotYourPatient.Code, request.Patient.ToString());
                return Refusals.NotYourPatient;
            }

            // All random: they show in links and addresses.
            var booked = VisitRules.Book(request, new VisitId(NewId.Random()), new CallId(NewId.Random()), new ParticipantId(NewId.Random()),
                new ParticipantId(NewId.Random()), transaction.Now);
            if (booked.Value is not { } visit) return booked;

            await VisitStore.Insert(transaction, visit);
            await transaction.Remember(scope, request.Key, asked, JsonSerializer.Serialize(visit, ContractsJson.Default.Visit));
            await transaction.Emit(EventTypes.VisitBooked, new VisitBooked(visit.Id, visit.Tenant, visit.Call, visit.StartsAt), ContractsJson.Default.VisitBooked);
            transaction.Audit("book-visit", visit.Id.ToString(), patient: visit.Patient.ToString());
            return booked;
        }, stop);
    }
}

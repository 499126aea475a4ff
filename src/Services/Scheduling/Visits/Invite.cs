using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Scheduling.Invite;

namespace FirstRing.Scheduling.Visits;

/// <summary>Adds an interpreter, relative, colleague or guest, or somebody who may act for the patient; the same key answers the same participant.</summary>
internal static class Invite
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Participant>>("invite", Access.By("web").For(Who.Desk).ForOwn(Who.Clinician), Handle);

    static async Task<Answer<Participant>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return Refusals.NoSuchVisit;
        var may = request.Proxy is not { } proxy || await MayActIn(request, proxy, services, stop);
        return await services.GetRequiredService<VisitStore>().Commit<Answer<Participant>>(acting, async transaction =>
        {
            var scope = $"{request.Tenant}/invite";
            var asked = JsonSerializer.Serialize(request, ContractsJson.Default.Invite);
            var (earlier, mismatch) = await transaction.Recall(scope, request.Key, asked);
            if (mismatch) return Refusals.Mismatch;
            if (earlier is not null) return JsonSerializer.Deserialize(earlier, ContractsJson.Default.Participant)!;

            if (await VisitStore.Hold(transaction, request.Tenant.ToString(), request.Visit) is not { } visit) return Refusals.NoSuchVisit;
            if (Closing.IsAnothers(transaction, visit, "invite")) return Refusals.NotInThisVisit;
            if (!may) return Refuse(transaction, visit);
            if (!VisitRules.IsOver(visit) && !visit.Confidential && visit.Participants.FirstOrDefault(one => one.Proxy is not null && one.Proxy == request.Proxy) is { } seated) return seated;
            var participant = new Participant(new ParticipantId(NewId.Random()), request.Role, null, null, request.Proxy);
            if (VisitRules.Invite(visit, participant).Refused is { } why) return why;

            await VisitStore.InsertParticipant(transaction, visit.Id, visit.Participants.Count, participant);
            await transaction.Remember(scope, request.Key, asked, JsonSerializer.Serialize(participant, ContractsJson.Default.Participant));
            transaction.Audit("invite", participant.Proxy?.ToString() ?? participant.Id.ToString(), patient: visit.Patient.ToString());
            return participant;
        }, stop);
    }

    /// <summary>Of the visit's own patient, whatever the request says: looked at before the transaction, since identity is another service.</summary>
    static async Task<bool> MayActIn(Request request, ProxyId proxy, IServiceProvider services, CancellationToken stop) =>
        await services.GetRequiredService<VisitStore>().Find(request.Tenant, request.Visit, stop) is { } visit && await Proxies.Holds(services, request.Tenant, visit.Patient, proxy, null, stop);

    static Refusal Refuse(Transaction transaction, Visit visit)
    {
        transaction.Audit("invite", visit.Id.ToString(), Refusals.NoSuchProxy.Code, visit.Patient.ToString());
        return Refusals.NoSuchProxy;
    }
}

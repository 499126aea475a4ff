using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Identity.Links;
using FirstRing.Identity.Logins;
using FirstRing.Identity.Passkeys;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.EnterWithPasskey;

namespace FirstRing.Identity.Patients;

/// <summary>
/// A passkey opens the patient's visits that are open now: each gets a link of its own that this device owns, so that all else is as with a link that was sent.
/// Whatever is wrong gets one answer.
/// </summary>
internal static class EnterWithPasskey
{
    // A ceremony of theirs is none of staff's, who are nobody yet under an empty name.
    const string Nobody = "patients";
    const int MostNext = 10;
    static readonly long Longest = (long)TimeSpan.FromHours(8).TotalMicroseconds, Ahead = (long)TimeSpan.FromDays(90).TotalMicroseconds;
    static readonly Refusal Refused = new("passkey-refused", "This passkey opens nothing here.", 401);

    public static void Map(ContractRoutes routes)
    {
        routes.Verb<BeginPatientEntry, Answer<PasskeyBegun>>("begin-patient-entry", Access.By("web").ForSecret(), Begin);
        routes.Verb<Request, Answer<OwnVisits>>("enter-with-passkey", Access.By("web").ForSecret(), Handle);
        routes.Verb<RemovePatientPasskey, Answer<Done>>("remove-patient-passkey", Access.By("web").ForSecret(), Remove);
        routes.Verb<EndPatientPasskeys, Answer<PasskeysEnded>>("end-patient-passkeys", Access.By("web").For(Who.Desk), End);
    }

    static async Task<Answer<PasskeyBegun>> Begin(BeginPatientEntry request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (!Uri.TryCreate(request.Origin, UriKind.Absolute, out var origin)) return Refused;
        using var keyring = new Keyring(null, [], origin);
        var (options, state) = await keyring.BeginSignIn();
        return await services.GetRequiredService<PatientPasskeyStore>().Commit<Answer<PasskeyBegun>>(Caller.System(caller.Service), async transaction =>
            new PasskeyBegun(await PasskeyStore.Begin(transaction, Nobody, state), options), stop);
    }

    static Task<Answer<OwnVisits>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        Shown<OwnVisits>(request.Origin, request.Ceremony, request.Credential, caller, services, "enter-with-passkey", async (tenant, patient, acting) =>
        {
            var store = services.GetRequiredService<PatientPasskeyStore>();
            var now = store.Clock.Microseconds();
            Acting.As(Caller.System("identity", tenant.ToString()));
            var listed = await services.Client<ISchedulingClient>("identity", "scheduling").ListOwnVisits(new ListOwnVisits(tenant, patient, now - VisitLinkTimes.ClosesAfter - Longest, now + Ahead), stop);
            if (listed.Value is not { } visits) return listed.Refused!;
            var device = Device.Kept(request.Device);
            return await store.Commit<Answer<OwnVisits>>(acting, async transaction =>
            {
                var open = new List<OwnVisit>();
                foreach (var visit in visits.Visits.Where(visit => IsOpen(visit, transaction.Now)))
                {
                    var (token, times) = (Token.New(), VisitLinkTimes.Of(visit));
                    var seat = visit.Participants.Single(one => one.Role == VisitRole.Patient);
                    var link = new Link(Token.Hash(token), tenant, visit.Id, visit.Call, seat.Id, VisitRole.Patient, patient, times.Opens, times.Closes, null, null);
                    await LinkStore.Insert(transaction, link);
                    await LinkStore.Bind(transaction, link, Token.Hash(device));
                    open.Add(new OwnVisit(token, visit.StartsAt));
                }
                return new OwnVisits(tenant, device, open, [.. visits.Visits.Where(visit => visit.State == VisitState.Booked && VisitLinkTimes.Of(visit).Opens > transaction.Now).Select(visit => visit.StartsAt).Order().Take(MostNext)]);
            }, stop);
        }, stop);

    static bool IsOpen(Visit visit, long now) => visit.State is VisitState.Booked or VisitState.Started && VisitLinkTimes.Of(visit) is var times && times.Opens <= now && now < times.Closes;

    static Task<Answer<Done>> Remove(RemovePatientPasskey request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        Shown<Done>(request.Origin, request.Ceremony, request.Credential, caller, services, "remove-passkey", (_, _, _) => Task.FromResult<Answer<Done>>(Done.Yes), stop, PatientPasskeyStore.Remove);

    static async Task<Answer<PasskeysEnded>> End(EndPatientPasskeys request, Caller caller, IServiceProvider services, CancellationToken stop) => caller.Within(request.Tenant.ToString()) is not { } acting
        ? new PasskeysEnded(0)
        : await services.GetRequiredService<PatientPasskeyStore>().Commit<Answer<PasskeysEnded>>(acting, async transaction =>
        {
            var count = await PatientPasskeyStore.RemoveAll(transaction, request.Tenant, request.Patient);
            // Whoever has the device has the links that it came in by too.
            foreach (var link in await LinkStore.RevokeOf(transaction, request.Tenant, request.Patient)) await LoginStore.Tell(transaction, link);
            transaction.Audit("end-passkeys", request.Patient.ToString(), patient: request.Patient.ToString());
            return new PasskeysEnded(count);
        }, stop);

    /// <summary>Does <paramref name="then"/> for whoever showed a passkey of theirs, once for each ceremony; noted under the patient either way.</summary>
    static async Task<Answer<T>> Shown<T>(string from, string ceremony, string credential, Caller caller, IServiceProvider services, string action,
        Func<TenantId, PatientId, Caller, Task<Answer<T>>> then, CancellationToken stop, Func<Transaction, UserPasskeyInfo, Task>? also = null)
    {
        var store = services.GetRequiredService<PatientPasskeyStore>();
        if (!Uri.TryCreate(from, UriKind.Absolute, out var origin) || Passkeys.PasskeySignIn.IdIn(credential) is not { } id) return Refused;
        var state = await store.Commit(Caller.System(caller.Service), transaction => PasskeyStore.End(transaction, Nobody, ceremony), stop);
        if (state is null || await store.Find(id, stop) is not var (tenant, patient, passkey)) return Refused;
        using var keyring = new Keyring(new Holder(patient.ToString(), ""), [passkey], origin);
        var used = await keyring.SignIn(credential, state);
        var acting = new Caller(caller.Service, tenant.ToString(), patient.ToString(), Who.Patient);
        var good = await store.Commit(acting, async transaction =>
        {
            var good = used is not null && await PatientPasskeyStore.Use(transaction, used);
            transaction.Audit(action, patient.ToString(), good ? "ok" : "refused", patient.ToString());
            if (good && also is not null) await also(transaction, passkey);
            return good;
        }, stop);
        return good ? await then(tenant, patient, acting) : Refused;
    }
}

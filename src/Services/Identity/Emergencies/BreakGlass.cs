using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Identity.Logins;
using FirstRing.Identity.Staff;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.BreakGlass;

namespace FirstRing.Identity.Emergencies;

/// <summary>A clinician opens the record of somebody else's visit. The grant, the word to the clinic's admins and the audit row are one commit.</summary>
internal static class BreakGlass
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<Request, Answer<EmergencyGrant>>("break-glass", Access.By("web").ForOwn(Who.Clinician), Handle);
        routes.Verb<FindEmergency, Answer<EmergencyGrant>>("find-emergency", Access.By("web").ForOwn(Who.Clinician), Find);
    }

    static async Task<Answer<EmergencyGrant>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var asked = await LoginOf(request.Login, caller, services, stop);
        if (asked.Value is not { } login) return asked.Refused!;
        if (EmergencyRules.Reason(request.Reason) is not { } reason) return EmergencyRules.ReasonWrong;
        var (acting, tenant) = (login.As(caller), login.Member.Tenant);
        Acting.As(acting);
        var found = await services.Client<ISchedulingClient>("identity", "scheduling").GetVisit(new GetVisit(tenant, request.Visit), stop);
        if (found.Value is not { } visit) return found.Refused!;
        if (visit.Participants.Any(one => one.Staff == login.Member.Id)) return EmergencyRules.OwnVisit;

        // What is remembered of the request is without the login's secret.
        var (scope, text) = ($"{tenant}/break-glass", JsonSerializer.Serialize(request with { Login = login.Id.ToString() }, ContractsJson.Default.BreakGlass));
        return await services.GetRequiredService<EmergencyStore>().Commit<Answer<EmergencyGrant>>(acting, async transaction =>
        {
            var (earlier, mismatch) = await transaction.Recall(scope, request.Key, text);
            if (mismatch) return Refusals.Mismatch;
            if (earlier is not null) return (await EmergencyStore.Granted(transaction, tenant, EmergencyId.Parse(earlier, null)))!;
            if (await EmergencyStore.Of(transaction, login.Id, visit.Id) is { } open) return open;
            var grant = await Grant(transaction, login, visit, reason);
            await transaction.Remember(scope, request.Key, text, grant.Id.ToString());
            return grant;
        }, stop);
    }

    static async Task<EmergencyGrant> Grant(Transaction transaction, Login login, Visit visit, string reason)
    {
        var grant = await EmergencyStore.Insert(transaction, login, visit.Id, visit.Patient, reason);
        var admins = await StaffStore.Admins(transaction, login.Member.Tenant);
        await transaction.Emit(EventTypes.GlassBroken, new GlassBroken(login.Member.Tenant, grant.Id, admins, transaction.Now),
            ContractsJson.Default.GlassBroken);
        transaction.Audit("break-glass", grant.Id.ToString(), patient: visit.Patient.ToString(), purpose: PurposeOfUse.BreakGlass(grant.Id));
        return grant;
    }

    static async Task<Answer<EmergencyGrant>> Find(FindEmergency request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var asked = await LoginOf(request.Login, caller, services, stop);
        if (asked.Value is not { } login) return asked.Refused!;
        return await services.GetRequiredService<EmergencyStore>().Of(login.Id, request.Visit, stop) is { } grant ? grant : EmergencyRules.NoEmergency;
    }

    /// <summary>The whole login of this secret, if it is a clinician's and the caller's own.</summary>
    static async Task<Answer<Login>> LoginOf(string secret, Caller caller, IServiceProvider services, CancellationToken stop) =>
        await services.GetRequiredService<LoginStore>().Find(secret, stop) is not { } login || login.Member.Id.ToString() != caller.Actor ? Refusals.NotSignedIn
        : login.WhyNotWhole is { } why ? why
        : login.Member.Role == StaffRole.Clinician ? login : Refusals.NotSignedIn;
}

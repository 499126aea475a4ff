using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Intake.Consents;

/// <summary>Who may agree and take back: the visit's patient or who may do so for them, by their link, or a clinician of the visit who asked them. Scheduling says who is who, and
/// identity what a proxy may do.</summary>
internal sealed record Giver(Visit Visit, string Id, VisitRole Role)
{
    /// <summary>The caller under the name that the log knows them by.</summary>
    public Caller As(Caller acting) => Role == VisitRole.Proxy ? acting with { Person = Id } : acting;

    /// <summary>As <see cref="Of"/>; where it is refused a row of <paramref name="action"/> says so.</summary>
    public static async Task<Answer<Giver>> OrNoted(IServiceProvider services, Caller caller, TenantId tenant, VisitId id, string action, CancellationToken stop)
    {
        var asked = await Of(services, caller, tenant, id, stop);
        return asked.Refused is { } why && caller.Within(tenant.ToString()) is { } acting ? await Note(services, acting, action, id.ToString(), null, why, stop) : asked;
    }

    /// <summary>The refusal, once the row that says so is written.</summary>
    public static Task<Refusal> Note(IServiceProvider services, Caller acting, string action, string subject, PatientId? patient, Refusal why, CancellationToken stop) =>
        services.GetRequiredService<ConsentStore>().Commit(acting, transaction =>
        {
            transaction.Audit(action, subject, why.Code, patient?.ToString());
            return Task.FromResult(why);
        }, stop);

    static async Task<Answer<Giver>> Of(IServiceProvider services, Caller caller, TenantId tenant, VisitId id, CancellationToken stop)
    {
        if (caller.Within(tenant.ToString()) is null) return Refusals.NoSuchVisit;
        var found = await services.Client<ISchedulingClient>("intake", "scheduling").GetVisit(new GetVisit(tenant, id), stop);
        if (found.Value is not { } visit) return Refusals.NoSuchVisit;
        return visit.Participants.FirstOrDefault(one => (one.Staff?.ToString() ?? one.Id.ToString()) == caller.Actor) switch
        {
            { Role: VisitRole.Patient or VisitRole.Clinician } one => new Giver(visit, caller.Actor!, one.Role),
            { Role: VisitRole.Proxy, Proxy: { } proxy } one => await MayAgree(services, visit, proxy, one.Id, stop) ? new Giver(visit, proxy.ToString(), one.Role) : Refusals.NotInScope,
            _ => Refusals.NotInThisVisit,
        };
    }

    static async Task<bool> MayAgree(IServiceProvider services, Visit visit, ProxyId proxy, ParticipantId place, CancellationToken stop) =>
        (await services.Client<IProxiesClient>("intake", "identity").CheckProxy(new CheckProxy(visit.Tenant, visit.Patient, proxy, ProxyScope.Consent, place), stop)).Value is not null;
}

using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;

namespace FirstRing.Intake.Consents;

/// <summary>Who may agree and take back: the visit's patient by their link, or a clinician of the visit who asked them. Scheduling says who is who.</summary>
internal sealed record Giver(Visit Visit, string Id, VisitRole Role)
{
    public static async Task<Answer<Giver>> Of(IServiceProvider services, Caller caller, TenantId tenant, VisitId id, CancellationToken stop)
    {
        if (caller.Within(tenant.ToString()) is null) return Refusals.NoSuchVisit;
        var found = await services.Client<ISchedulingClient>("intake", "scheduling").GetVisit(new GetVisit(tenant, id), stop);
        if (found.Value is not { } visit) return Refusals.NoSuchVisit;
        return visit.Participants.FirstOrDefault(one => (one.Staff?.ToString() ?? one.Id.ToString()) == caller.Actor) is { Role: VisitRole.Patient or VisitRole.Clinician } one
            ? new Giver(visit, caller.Actor!, one.Role)
            : Refusals.NotInThisVisit;
    }
}

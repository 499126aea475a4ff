using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.EnterAsStaff;

namespace FirstRing.Identity.Logins;

/// <summary>A pass for a signed-in member of staff, if scheduling says that this participant of the visit is them.</summary>
internal static class EnterAsStaff
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Entered>>("enter-as-staff", Access.By("web").ForOwn(Who.Clinic), Handle);

    static async Task<Answer<Entered>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var logins = services.GetRequiredService<LoginStore>();
        if (await logins.Find(request.Login, stop) is not { } login || login.Member.Id.ToString() != caller.Actor) return Refusals.NotSignedIn;
        if (login.WhyNotWhole is { } why) return why;

        var (acting, member) = (login.As(caller), login.Member);
        Acting.As(acting);
        var visit = await services.Client<ISchedulingClient>("identity", "scheduling").GetVisit(new GetVisit(member.Tenant, request.Visit), stop);
        var isParticipant = visit.Value is { } found && found.Call == request.Call
            && found.Participants.Any(person => person.Id == request.Participant && person.Role == request.Role && person.Staff == member.Id);
        await logins.Commit(acting, transaction =>
        {
            transaction.Audit("enter-as-staff", request.Visit.ToString(), isParticipant ? "ok" : "not-a-participant", visit.Value?.Patient.ToString());
            return Task.FromResult(Done.Yes);
        }, stop);
        if (!isParticipant) return Refusals.NotParticipant;
        var pass = services.GetRequiredService<VisitPasses>().Sign(member.Tenant, request.Visit, request.Call, request.Participant, request.Role, login.Id, visit.Value!.Patient);
        return new Entered(pass, null, Identified: true, request.Visit, request.Participant, request.Role);
    }
}

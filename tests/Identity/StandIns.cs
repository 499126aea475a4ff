using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Tests.Identity;

/// <summary>Answers the one question that identity has for records.</summary>
internal sealed class RecordsStandIn : IModule
{
    int _asked;

    public Dictionary<PatientId, DateOnly> BirthDates { get; } = [];
    public int Asked => _asked;
    public Caller? LastCaller { get; private set; }

    public void Register(ModuleContext context)
    {
    }

    public void MapContract(ContractRoutes routes) => routes.Verb<CheckBirthDate, Answer<BirthDateChecked>>("check-birth-date", Access.By("identity").For(Who.Patient), (request, caller, _, _) =>
    {
        Interlocked.Increment(ref _asked);
        LastCaller = caller;
        return Task.FromResult<Answer<BirthDateChecked>>(new BirthDateChecked(BirthDates[request.Patient] == request.BirthDate.Reveal));
    });

    public void MapDoor(IEndpointRouteBuilder routes)
    {
    }
}

/// <summary>Knows the visits that a test gives it.</summary>
internal sealed class SchedulingStandIn : IModule
{
    public List<Visit> Visits { get; } = [];

    public void Register(ModuleContext context)
    {
    }

    public void MapContract(ContractRoutes routes)
    {
        routes.Verb<GetVisit, Answer<Visit>>("get-visit", Access.By("web", "identity").For(Who.Clinic), (request, _, _, _) =>
            Task.FromResult(Visits.Find(visit => visit.Id == request.Id && visit.Tenant == request.Tenant) is { } found
                ? (Answer<Visit>)found
                : new Refusal("no-such-visit", "There is no such visit.", 404)));
        routes.Verb<ListOwnVisits, Answer<VisitList>>("list-own-visits", Access.By("identity").ForItself(), (request, _, _, _) => Task.FromResult<Answer<VisitList>>(
            new VisitList(Visits.FindAll(visit => visit.Tenant == request.Tenant && visit.Patient == request.Patient && visit.StartsAt >= request.From && visit.StartsAt < request.To))));
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
    }
}

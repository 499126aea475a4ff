using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Tests.Identity;

/// <summary>Answers the questions that identity has for records.</summary>
internal sealed class RecordsStandIn : IModule
{
    int _asked;

    public Dictionary<PatientId, DateOnly> BirthDates { get; } = [];

    /// <summary>Whose proxies they are, their own birth dates, and when the patient comes of age; null for an adult.</summary>
    public Dictionary<ProxyId, (PatientId Patient, DateOnly Born, long? ComesOfAge)> Proxies { get; } = [];
    public List<FindProxyLimit> Limits { get; } = [];
    public int Asked => _asked;
    public Caller? LastCaller { get; private set; }

    public void Register(ModuleContext context)
    {
    }

    public void MapContract(ContractRoutes routes)
    {
        routes.Verb<CheckBirthDate, Answer<BirthDateChecked>>("check-birth-date", Access.By("identity").For(Who.Patient), (request, caller, _, _) =>
        {
            Interlocked.Increment(ref _asked);
            LastCaller = caller;
            return Task.FromResult<Answer<BirthDateChecked>>(new BirthDateChecked(BirthDates[request.Patient] == request.BirthDate.Reveal));
        });
        routes.Verb<CheckProxyBirthDate, Answer<BirthDateChecked>>("check-proxy-birth-date", Access.By("identity").For(Who.Proxy), (request, _, _, _) =>
            Task.FromResult<Answer<BirthDateChecked>>(new BirthDateChecked(Proxies[request.Proxy].Born == request.BirthDate.Reveal)));
        routes.Verb<FindProxyLimit, Answer<ProxyLimit>>("find-proxy-limit", Access.By("identity").For(Who.Clinic), (request, _, _, _) =>
        {
            Limits.Add(request);
            return Task.FromResult<Answer<ProxyLimit>>(Proxies.TryGetValue(request.Proxy, out var known) && known.Patient == request.Patient ? new ProxyLimit(known.ComesOfAge) : new Refusal("no-such-proxy", "No.", 404));
        });
    }

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
        routes.Verb<GetVisit, Answer<Visit>>("get-visit", Access.By("web", "identity").For(Who.Clinic).ForOwn(Who.Proxy), (request, caller, _, _) =>
            Task.FromResult(Visits.Find(visit => visit.Id == request.Id && visit.Tenant == request.Tenant) is { } found && !(caller.Role == Who.Proxy && found.Confidential)
                ? (Answer<Visit>)found
                : new Refusal("no-such-visit", "There is no such visit.", 404)));
        routes.Verb<FindOwnPatients, Answer<OwnPatients>>("find-own-patients", Access.By("identity").ForOwn(Who.Clinic), (request, caller, _, _) => Task.FromResult<Answer<OwnPatients>>(
            new OwnPatients([.. request.Patients.Where(patient => Visits.Any(visit => visit.Patient == patient && visit.Participants.Any(one => one.Staff?.ToString() == caller.Actor)))])));
        routes.Verb<ListOwnVisits, Answer<VisitList>>("list-own-visits", Access.By("identity").ForItself(), (request, _, _, _) => Task.FromResult<Answer<VisitList>>(
            new VisitList(Visits.FindAll(visit => visit.Tenant == request.Tenant && visit.Patient == request.Patient && visit.StartsAt >= request.From && visit.StartsAt < request.To))));
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
    }
}

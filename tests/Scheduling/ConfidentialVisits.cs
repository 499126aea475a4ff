using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Tests.Scheduling;

/// <summary>Who acts for a patient takes part in visits of that patient, and is told of no visit that is kept from them.</summary>
public sealed class ConfidentialVisits
{
    static readonly ProxyId Proxy = new(NewId.Random());

    static Task<Answer<Participant>> Invite(Desk desk, Visit visit, string key = "i1", ProxyId? proxy = null) =>
        desk.Scheduling.Invite(new Invite(key, desk.Tenant, visit.Id, VisitRole.Proxy, proxy ?? Proxy), default);

    static Task<Answer<Visit>> Look(Desk desk, VisitId visit, ParticipantId place, string role = "proxy")
    {
        Acting.As(new Caller("web", desk.Tenant.ToString(), place.ToString(), role));
        return desk.Scheduling.GetVisit(new GetVisit(desk.Tenant, visit), default);
    }

    [Theory, BothDialects]
    public async Task Who_may_act_for_the_patient_gets_one_place_and_nobody_else_does(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book();
        Assert.Equal("no-such-proxy", (await Invite(desk, visit)).Refused?.Code);
        desk.Proxies.Hold(desk.Patient, Proxy);
        Assert.Equal("no-such-proxy", (await Invite(desk, await desk.Book("other"), "i2", new ProxyId(NewId.Random()))).Refused?.Code);
        Assert.Equal("role-wrong", (await desk.Scheduling.Invite(new Invite("i3", desk.Tenant, visit.Id, VisitRole.Proxy), default)).Refused?.Code);
        Assert.Equal("role-wrong", (await desk.Scheduling.Invite(new Invite("i4", desk.Tenant, visit.Id, VisitRole.Family, Proxy), default)).Refused?.Code);

        var place = (await Invite(desk, visit, "i5")).Value!;
        Assert.Equal(place, (await Invite(desk, visit, "i6")).Value);
        Assert.Equal((VisitRole.Proxy, Proxy), (place.Role, place.Proxy));
        Assert.Equal(3, (await desk.Get(visit.Id)).Participants.Count);
        Assert.Equal([$"{visit.Id} no-such-proxy", $"{Proxy} ok"], (await desk.Store.Audited()).Where(row => row.Action == "invite" && (row.Subject == visit.Id.ToString() || row.Subject == Proxy.ToString()))
            .Select(row => $"{row.Subject} {row.Outcome}"));
    }

    [Theory, BothDialects]
    public async Task To_a_proxy_a_confidential_visit_is_as_one_that_never_was(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        desk.Proxies.Hold(desk.Patient, Proxy);
        var visit = await desk.Book();
        var place = (await Invite(desk, visit)).Value!;
        Assert.NotNull((await Look(desk, visit.Id, place.Id)).Value);

        for (var i = 0; i < 2; i++)
        {
            desk.Act();
            Assert.True((await desk.Scheduling.MarkConfidential(new MarkConfidential(desk.Tenant, visit.Id, true), default)).Value!.Confidential);
        }

        var never = (await Look(desk, new VisitId(NewId.Random()), place.Id)).Refused;
        foreach (var role in (string[])["proxy", Who.LinkHolder]) Assert.Equal(never, (await Look(desk, visit.Id, place.Id, role)).Refused);
        Assert.NotNull((await Look(desk, visit.Id, visit.Participants[0].Id, "patient")).Value);
        desk.Act();
        Assert.Equal("visit-confidential", (await Invite(desk, visit, "again")).Refused?.Code);
        Assert.True((await desk.Get(visit.Id)).Confidential);
        Assert.Equal("scheduling.VisitMadeConfidential", Assert.Single((await desk.Store.Waiting()).Select(row => row.Type), type => type != "scheduling.VisitBooked"));

        Assert.False((await desk.Scheduling.MarkConfidential(new MarkConfidential(desk.Tenant, visit.Id, false), default)).Value!.Confidential);
        Assert.NotNull((await Look(desk, visit.Id, place.Id)).Value);
        Assert.Equal([$"{visit.Id} confidential {desk.Patient}", $"{visit.Id} open {desk.Patient}"],
            (await desk.Store.AuditedWhose()).Where(row => row.Action == "mark-confidential").Select(row => $"{row.Subject} {row.Outcome} {row.Patient}"));
    }

    [Theory, BothDialects]
    public async Task Whose_grant_is_over_is_told_of_no_visit(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        desk.Proxies.Hold(desk.Patient, Proxy);
        var visit = await desk.Book();
        var place = (await Invite(desk, visit)).Value!;
        desk.Proxies.Nobody();
        foreach (var role in (string[])["proxy", Who.LinkHolder]) Assert.Equal("no-such-visit", (await Look(desk, visit.Id, place.Id, role)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task A_clinician_keeps_visits_of_their_own_alone(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book();
        Acting.As(new Caller("web", desk.Tenant.ToString(), new StaffId(NewId.Random()).ToString(), "clinician"));
        Assert.Equal("not-in-this-visit", (await desk.Scheduling.MarkConfidential(new MarkConfidential(desk.Tenant, visit.Id, true), default)).Refused?.Code);
        Acting.As(new Caller("web", desk.Tenant.ToString(), desk.Clinician.ToString(), "clinician"));
        Assert.NotNull((await desk.Scheduling.MarkConfidential(new MarkConfidential(desk.Tenant, visit.Id, true), default)).Value);
        Assert.Equal("no-such-visit", (await desk.Scheduling.MarkConfidential(new MarkConfidential(desk.Tenant, new VisitId(NewId.Random()), true), default)).Refused?.Code);
    }
}

/// <summary>Identity, as far as scheduling asks it: the grants that a test gives it hold, no other does.</summary>
internal sealed class Proxies : IModule
{
    readonly HashSet<(PatientId, ProxyId)> _held = [];

    public void Hold(PatientId patient, ProxyId proxy) => _held.Add((patient, proxy));
    public void Nobody() => _held.Clear();

    public void Register(ModuleContext context) { }
    public void MapDoor(IEndpointRouteBuilder routes) { }

    public void MapContract(ContractRoutes routes) => routes.Verb<CheckProxy, Answer<Done>>("check-proxy", Access.By("scheduling").For([.. Who.Clinic, Who.LinkHolder, Who.Proxy]), (request, _, _, _) =>
        Task.FromResult<Answer<Done>>(request.Scope == ProxyScope.Visits && _held.Contains((request.Patient, request.Proxy)) ? Done.Yes : new Refusal("no-such-proxy", "No.", 404)));
}

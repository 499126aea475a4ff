using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Errors;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>Who may act for the patient of a visit, and whether the visit is kept from them. A clinician sees it for visits of their own, the desk for everybody's.</summary>
internal static class ShowProxies
{
    static readonly Problem NotTheirs = new("not-in-this-visit", "You are not part of this visit.", StatusCodes.Status403Forbidden);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/visits/{id}/proxies", (string id, HttpContext http, Neighbours neighbours, CancellationToken stop) => Show(id, http, neighbours, null, stop));
        routes.MapGet("/visits/{id}/proxies/new", (string id, HttpContext http, Neighbours neighbours, CancellationToken stop) => ShowForm(id, http, neighbours, new ProxyForm(), stop));
        KeepProxies.Map(routes);
    }

    public static string PathOf(VisitId visit) => $"/clinic/visits/{visit}/proxies";

    /// <summary>The visit, for the desk and for a clinician who is part of it.</summary>
    public static async Task<(Visit? Visit, IResult? Why)> VisitOf(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!VisitId.TryParse(id, null, out var visitId)) return (null, Problem.NotFound);
        var staff = StaffLogin.Of(http).Staff;
        var found = await neighbours.Scheduling.GetVisit(new GetVisit(staff.Tenant, visitId), stop);
        if (found.Value is not { } visit) return (null, Refusals.Of(found.Refused!));
        return staff.Role == StaffRole.Clinician && visit.Participants.All(one => one.Staff != staff.Id) ? (null, NotTheirs) : (visit, null);
    }

    /// <summary>The page, with the link that was just made for one of them.</summary>
    public static async Task<IResult> Show(string id, HttpContext http, Neighbours neighbours, MadeProxyLink? made, CancellationToken stop)
    {
        var (visit, why) = await VisitOf(id, http, neighbours, stop);
        if (visit is null) return why!;
        var staff = StaffLogin.Of(http).Staff;
        var grants = neighbours.Proxies.ListProxyGrants(new ListProxyGrants(staff.Tenant, visit.Patient), stop);
        var listed = await neighbours.ProxyPersons.ListProxies(new ListProxies(staff.Tenant, visit.Patient), stop);
        if (listed.Value is not { } people) return Refusals.Of(listed.Refused!);
        if ((await grants).Value is not { } known) return Refusals.Of((await grants).Refused!);
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var zone = Moments.ZoneOf(tenant);
        var persons = people.Proxies.ToDictionary(one => one.Id);
        var rows = known.Grants.Where(grant => persons.ContainsKey(grant.Id)).Select(grant => ProxyRow.Of(grant, persons[grant.Id], zone)).ToList();
        return new Page(new ProxiesView(Frame(tenant, staff, visit, people, zone), visit.Confidential, visit.State is VisitState.Booked or VisitState.Started, rows, made), "clinic.css");
    }

    public static async Task<IResult> ShowForm(string id, HttpContext http, Neighbours neighbours, ProxyForm form, CancellationToken stop)
    {
        var (visit, why) = await VisitOf(id, http, neighbours, stop);
        if (visit is null) return why!;
        var staff = StaffLogin.Of(http).Staff;
        var listed = await neighbours.ProxyPersons.ListProxies(new ListProxies(staff.Tenant, visit.Patient), stop);
        if (listed.Value is not { } people) return Refusals.Of(listed.Refused!);
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        return new Page(new NewProxyView(Frame(tenant, staff, visit, people, Moments.ZoneOf(tenant)), tenant.MajorityAge, form), "clinic.css",
            status: form.Errors.Count > 0 ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
    }

    static ProxyFrame Frame(Tenant tenant, StaffMember staff, Visit visit, ProxyPersonList people, TimeZoneInfo zone) => new(tenant.Name, staff, tenant.Demo, visit.Id.ToString(),
        $"{people.GivenName.Reveal} {people.FamilyName.Reveal}", $"{Moments.Day(visit.StartsAt, zone)}, {Moments.Time(visit.StartsAt, zone)}");
}

/// <summary>What both pages show around their own.</summary>
internal sealed record ProxyFrame(string Clinic, StaffMember Me, bool Demo, string Visit, string Patient, string When)
{
    public string Path => $"/clinic/visits/{Visit}/proxies";
}

/// <summary><paramref name="State"/>: <c>valid</c>, <c>ended</c> or <c>over</c> (by time). <paramref name="Until"/>: the last day.</summary>
internal sealed record ProxyRow(string Id, string Name, string Relation, ProxyBasis Basis, string? Evidence, IReadOnlyList<ProxyScope> Scopes, string State, string Until)
{
    public bool MayVisit => State == "valid" && Scopes.Contains(ProxyScope.Visits);

    public static ProxyRow Of(ProxyGrant grant, ProxyPerson person, TimeZoneInfo zone) => new(grant.Id.ToString(), $"{person.GivenName.Reveal} {person.FamilyName.Reveal}", person.Relation.Reveal, person.Basis,
        person.Evidence?.Reveal, grant.Scopes, grant.Holds ? "valid" : grant.Ended == ProxyEnd.Staff ? "ended" : "over", Moments.Date((grant.EndedAt is { } at && grant.Ended == ProxyEnd.Staff ? at : grant.Until) - 1, zone));
}

internal sealed record MadeProxyLink(string Link, string Proxy);

internal sealed record ProxiesView(ProxyFrame Frame, bool Confidential, bool Open, IReadOnlyList<ProxyRow> Rows, MadeProxyLink? Made) : IView
{
    public Type Body => typeof(ProxiesSheet);
    public string Title(Texts texts) => texts["proxies.title"];
}

internal sealed record NewProxyView(ProxyFrame Frame, int MajorityAge, ProxyForm Form) : IView
{
    public Type Body => typeof(NewProxySheet);
    public string Title(Texts texts) => texts["proxies.add.title"];
}

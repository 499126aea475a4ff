using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Ids;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>Today's visits that are with somebody else, by time and clinician: the way to a record that must be opened in an emergency. No patient is named.</summary>
internal static class ListOthers
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/others", Show);

    static async Task<IResult> Show(HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop)
    {
        var staff = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Platform.Errors.Problem.Broken;
        var zone = Moments.ZoneOf(tenant);
        var (from, to) = Moments.Today(clock.GetUtcNow(), zone);
        var listed = await neighbours.Scheduling.ListVisits(new ListVisits(staff.Tenant, null, from, to), stop);
        if (listed.Value is not { } found) return Refusals.Of(listed.Refused!);
        var (names, rows) = (new StaffNames(neighbours, staff.Tenant), new List<OthersRow>());
        foreach (var visit in found.Visits.Where(visit => visit.Participants.All(one => one.Staff != staff.Id)))
            rows.Add(new OthersRow(visit.Id.ToString(), Moments.Time(visit.StartsAt, zone), await names.Of(visit.Clinician, stop), VisitPresence.Of(visit, null).Shows));
        return new Page(new OthersView(tenant.Name, staff.Name, Moments.Day(clock.Microseconds(), zone), Moments.City(zone), tenant.Demo, rows), "clinic.css");
    }
}

internal sealed record OthersRow(string Visit, string Time, string? With, string Shows);

internal sealed record OthersView(string Clinic, string Staff, string Day, string City, bool Demo, IReadOnlyList<OthersRow> Rows) : IView
{
    public Type Body => typeof(OthersSheet);
    public string Title(Texts texts) => texts["others.title"];
}

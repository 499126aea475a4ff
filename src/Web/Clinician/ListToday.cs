using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Ids;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>Today's visits of the signed-in clinician, with who waits; the whole clinic's for the front desk.</summary>
internal static class ListToday
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("", (HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop) =>
        Show(http, neighbours, clock, new NewVisitForm(), null, stop));

    /// <summary>The list again, with a form that could not be taken or the link of a visit just made.</summary>
    public static async Task<IResult> Show(HttpContext http, Neighbours neighbours, TimeProvider clock, NewVisitForm form, MadeVisit? made, CancellationToken stop)
    {
        var staff = StaffLogin.Of(http).Staff;
        var asked = neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop);
        if ((await asked).Value is not { } tenant) return Platform.Errors.Problem.Broken;
        var zone = Moments.ZoneOf(tenant);
        var visits = await Visits(neighbours, staff, clock, zone, stop);
        var names = await NamesOf(neighbours, staff.Tenant, visits, stop);
        var presence = await LookAtPresence.Of(neighbours, staff.Tenant, visits, stop);
        var rows = visits.Select(visit => new TodayRow(visit.Id.ToString(), Moments.Time(visit.StartsAt, zone), visit.StartsAt, names.GetValueOrDefault(visit.PatientKey()),
            presence.First(one => one.Visit == visit.Id.ToString()), visit.Confidential)).ToList();
        var view = new TodayView(tenant.Name, staff.Name, Moments.Day(clock.Microseconds(), zone), Moments.City(zone), tenant.Demo, rows, form, made, staff.Role);
        return new Page(view, "clinic.css", "today.js", form.Errors.Count > 0 ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
    }

    public static async Task<IReadOnlyList<Visit>> Visits(Neighbours neighbours, StaffMember staff, TimeProvider clock, TimeZoneInfo zone, CancellationToken stop)
    {
        var (from, to) = Moments.Today(clock.GetUtcNow(), zone);
        var answer = await neighbours.Scheduling.ListVisits(new ListVisits(staff.Tenant, staff.Role == StaffRole.Clinician ? staff.Id : null, from, to), stop);
        return answer.Value?.Visits ?? [];
    }

    static async Task<Dictionary<string, string>> NamesOf(Neighbours neighbours, TenantId tenant, IReadOnlyList<Visit> visits, CancellationToken stop)
    {
        if (visits.Count == 0) return [];
        var answer = await neighbours.Records.GetPatients(new GetPatients(tenant, [.. visits.Select(visit => visit.Patient).Distinct().Take(200)]), stop);
        return (answer.Value?.Patients ?? []).ToDictionary(patient => patient.Id.ToString(), patient => $"{patient.GivenName.Reveal} {patient.FamilyName.Reveal}");
    }

    static string PatientKey(this Visit visit) => visit.Patient.ToString();
}

internal sealed record TodayRow(string Visit, string Time, long StartsAt, string? Patient, VisitPresence Presence, bool Confidential);

/// <summary>The link that a patient of a visit just made is to be given.</summary>
internal sealed record MadeVisit(string Link, string Patient, bool Mailed);

internal sealed record TodayView(string Clinic, string Staff, string Day, string City, bool Demo, IReadOnlyList<TodayRow> Rows, NewVisitForm Form, MadeVisit? Made, StaffRole Role) : IView
{
    public Type Body => typeof(TodaySheet);
    public string Title(Texts texts) => texts["today.title"];
}

using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Admin;

/// <summary>Every record that was opened in an emergency: those that wait for a review first; one of them with its reason and what was read by it.</summary>
internal static class ShowEmergencies
{
    const int MostReads = 200;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/emergencies", List);
        routes.MapGet("/emergencies/{id}", (string id, HttpContext http, Neighbours neighbours, CancellationToken stop) => One(id, http, neighbours, new ReviewForm(), stop));
    }

    static async Task<IResult> List(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        var staff = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var listed = await neighbours.Emergencies.ListEmergencies(new ListEmergencies(staff.Tenant), stop);
        if (listed.Refused is { } why) return Refusals.Of(why);
        var (names, zone) = (new StaffNames(neighbours, staff.Tenant), Moments.ZoneOf(tenant));
        var rows = new List<EmergencyRow>();
        foreach (var entry in listed.Value!.Emergencies) rows.Add(await Row(entry, names, zone, stop));
        return new Page(new EmergenciesView(tenant.Name, staff, tenant.Demo, rows), "clinic.css");
    }

    /// <summary>One, with a review that could not be taken as it was typed.</summary>
    public static async Task<IResult> One(string id, HttpContext http, Neighbours neighbours, ReviewForm form, CancellationToken stop)
    {
        if (!EmergencyId.TryParse(id, null, out var emergency)) return Problem.NotFound;
        var staff = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var answer = await neighbours.Emergencies.GetEmergency(new GetEmergency(staff.Tenant, emergency), stop);
        if (answer.Value is not { } found) return Refusals.Of(answer.Refused!);
        var (entry, zone) = (found.Entry, Moments.ZoneOf(tenant));
        var log = await neighbours.Audit.Search(new SearchLog(staff.Tenant, entry.Patient, entry.Staff.ToString(), null, entry.GrantedAt, entry.EndsAt + 1, null, MostReads), stop);
        if (log.Refused is { } whyNot) return Refusals.Of(whyNot);
        // What was read by this grant and no other: each row names the one that it was under; those about the grant itself are no reads.
        var reads = log.Value!.Events.Where(one => one.Purpose == PurposeOfUse.BreakGlass(entry.Id) && one.Subject != entry.Id.ToString()).Reverse()
            .Select(one => new EmergencyRead(Moments.Time(one.At, zone), one.Action, one.Outcome)).ToList();
        return new Page(new EmergencyView(tenant.Name, staff, tenant.Demo, await Row(entry, new StaffNames(neighbours, staff.Tenant), zone, stop), found.Reason, found.Note, reads,
            entry.Patient.ToString(), entry.Staff.ToString(), Day(entry.GrantedAt, zone), Day(entry.EndsAt, zone), form), "clinic.css",
            status: form.Wrong ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
    }

    static string Day(long at, TimeZoneInfo zone) => VendorForm.Iso(DateOnly.FromDateTime(Moments.Local(at, zone).DateTime));

    static async Task<EmergencyRow> Row(EmergencyEntry entry, StaffNames names, TimeZoneInfo zone, CancellationToken stop) => new(entry.Id.ToString(), entry.Staff, await names.Of(entry.Staff, stop),
        Moments.DateAndTime(entry.GrantedAt, zone), entry switch
        {
            { Review.Verdict: EmergencyVerdict.Right } => "right",
            { Review: not null } => "not-right",
            { Open: true } => "open",
            _ => "waits",
        }, entry.Open, entry.Open ? Moments.Time(entry.EndsAt, zone) : Moments.DateAndTime(entry.EndedAt ?? entry.EndsAt, zone), entry.Ended is { } by ? WireName.Of(by) : null,
        entry.Review is { } review ? await names.Of(review.By, stop) : null, entry.Review is { } at ? Moments.DateAndTime(at.At, zone) : null);
}

/// <summary><paramref name="State"/>: <c>open</c> and <c>waits</c> are still to be reviewed, <c>right</c> and <c>not-right</c> were. <paramref name="Until"/>: when it closes, or closed.</summary>
internal sealed record EmergencyRow(string Id, StaffId Staff, string? Name, string At, string State, bool Open, string Until, string? Ended, string? Reviewer, string? ReviewedAt);

internal sealed record EmergencyRead(string Time, string Action, string Outcome)
{
    public string What(Texts texts) => texts.Has($"audit.action.{Action}") ? texts[$"audit.action.{Action}"] : Action;
}

internal sealed record EmergenciesView(string Clinic, StaffMember Me, bool Demo, IReadOnlyList<EmergencyRow> Rows) : IView
{
    public Type Body => typeof(EmergenciesSheet);
    public string Title(Texts texts) => texts["emergencies.title"];
}

/// <summary><paramref name="From"/> and <paramref name="To"/>: the days that the grant lay in, for a search of the log.</summary>
internal sealed record EmergencyView(string Clinic, StaffMember Me, bool Demo, EmergencyRow Row, Phi<string> Reason, Phi<string>? Note, IReadOnlyList<EmergencyRead> Reads, string Patient, string Actor, string From,
    string To, ReviewForm Form) : IView
{
    public bool MayReview => Me.Role == StaffRole.Admin && Row.Reviewer is null && Row.Staff != Me.Id;
    public Type Body => typeof(EmergencySheet);
    public string Title(Texts texts) => texts["emergency.title"];
}

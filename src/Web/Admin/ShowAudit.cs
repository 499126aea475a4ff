using System.Globalization;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Transparency;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Admin;

/// <summary>
/// The access log: who saw or did what, newest first, searched by patient, person, action and day; one event with its proof. What is searched for is posted, so that
/// no patient's id stands in an address. Staff are named, a patient only when the reader opens the record, which is itself an access.
/// </summary>
internal static class ShowAudit
{
    const int Page = 50;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/audit", (HttpContext http, Neighbours neighbours, CancellationToken stop) => List(http, neighbours, new AuditForm(), stop));
        routes.MapPost("/audit", async (HttpContext http, Neighbours neighbours, CancellationToken stop) =>
            http.Request.HasFormContentType ? await List(http, neighbours, AuditForm.Read(await http.Request.ReadFormAsync(stop)), stop) : Problem.BadJson);
        routes.MapGet("/audit/{seq:long}", (long seq, HttpContext http, Neighbours neighbours, CancellationToken stop) => One(seq, open: false, http, neighbours, stop));
    }

    /// <summary>With the patient's name, which records gives to those who work with patients: an auditor is not of them.</summary>
    public static void MapOpen(IEndpointRouteBuilder routes) =>
        routes.MapPost("/audit/{seq:long}", (long seq, HttpContext http, Neighbours neighbours, CancellationToken stop) => One(seq, open: true, http, neighbours, stop));

    static async Task<IResult> List(HttpContext http, Neighbours neighbours, AuditForm form, CancellationToken stop)
    {
        var staff = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var zone = Moments.ZoneOf(tenant);
        var (search, wrong) = form.ToSearch(staff.Tenant, zone, Page);
        var found = search is null ? new LogPage([], null) : null;
        if (search is not null)
        {
            var answer = await neighbours.Audit.Search(search, stop);
            if (answer.Refused is { } why) return Refusals.Of(why);
            found = answer.Value!;
        }
        var names = await Names(neighbours, staff.Tenant, found!.Events, stop);
        return new Rendering.Page(new AuditView(tenant.Name, staff, tenant.Demo,
            [.. found.Events.Select(one => Row(one, names, zone)).GroupBy(row => row.Day).Select(group => (group.Key, group.ToList()))],
            form with { Error = wrong }, found.Next), "clinic.css", status: wrong is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    static async Task<IResult> One(long seq, bool open, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        var staff = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var answer = await neighbours.Audit.GetEvent(new GetEvent(staff.Tenant, seq), stop);
        if (answer.Value is not { } proven) return Refusals.Of(answer.Refused!);
        var names = await Names(neighbours, staff.Tenant, [proven.Event], stop);
        var patient = open && PatientId.TryParse(proven.Event.Patient, null, out var id)
            ? (await neighbours.Records.GetPatient(new GetPatient(staff.Tenant, id), stop)).Value : null;
        return new Rendering.Page(new AuditEventView(tenant.Name, staff, tenant.Demo, Row(proven.Event, names, Moments.ZoneOf(tenant)), proven, Holds(proven),
            patient is null ? null : $"{patient.GivenName.Reveal} {patient.FamilyName.Reveal}"), "clinic.css");
    }

    // Checked here once more, from what came: the page says nothing about a proof that it has not followed itself.
    static bool Holds(ProvenEvent proven) => SignedNote.Parse(proven.Checkpoint) is { } note && Checkpoint.Parse(note) is { } checkpoint && checkpoint.Size == proven.Size
        && Rfc6962.Includes(proven.Event.Seq, proven.Size, Rfc6962.Leaf(proven.Line), proven.Proof, checkpoint.Root);

    static async Task<Dictionary<string, string>> Names(Neighbours neighbours, TenantId tenant, IReadOnlyList<LogEvent> events, CancellationToken stop)
    {
        var names = new Dictionary<string, string>();
        foreach (var actor in events.Select(one => one.Actor).Distinct())
            if (StaffId.TryParse(actor, null, out var id) && (await neighbours.Identity.GetStaff(new GetStaff(tenant, id), stop)).Value is { } member) names[actor] = member.Name;
        return names;
    }

    static AuditRow Row(LogEvent one, Dictionary<string, string> names, TimeZoneInfo zone) => new(one, names.GetValueOrDefault(one.Actor), Moments.Time(one.At, zone),
        Moments.Local(one.At, zone).ToString("dddd, MMMM d, yyyy", CultureInfo.InvariantCulture));
}

/// <summary><paramref name="Name"/> is the staff member's, null where the actor is none.</summary>
internal sealed record AuditRow(LogEvent Event, string? Name, string Time, string Day)
{
    // Services that act for themselves, people in a visit, and whoever else: by what they are.
    public string Who(Texts texts) => Name ?? (!Event.Readable ? texts["audit.who.gone"]
        : texts.Has($"audit.role.{Event.Role}") ? texts[$"audit.role.{Event.Role}"] : texts["audit.role.none"]);

    public string What(Texts texts) => texts.Has($"audit.action.{Event.Action}") ? texts[$"audit.action.{Event.Action}"] : Event.Action;
}

internal sealed record AuditView(string Clinic, StaffMember Me, bool Demo, IReadOnlyList<(string Day, List<AuditRow> Rows)> Days, AuditForm Form, string? Next) : IView
{
    public Type Body => typeof(AuditSheet);
    public string Title(Texts texts) => texts["audit.title"];
}

/// <summary><paramref name="Holds"/>: the proof leads to the checkpoint's root. <paramref name="Patient"/>: the name, when the reader opened it.</summary>
internal sealed record AuditEventView(string Clinic, StaffMember Me, bool Demo, AuditRow Row, ProvenEvent Proven, bool Holds, string? Patient) : IView
{
    public Type Body => typeof(AuditEventSheet);
    public string Title(Texts texts) => texts["audit.event.title"];
}

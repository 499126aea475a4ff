using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Ids;
using FirstRing.Web.Front;
using FirstRing.Web.Patient;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>The workspace of one visit: who waits, the person with two identifiers, the thread. Entering it yields the clinician's pass.</summary>
internal static class OpenWorkspace
{
    static readonly Problem NotTheirs = new("not-in-this-visit", "You are not part of this visit.", StatusCodes.Status403Forbidden);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/visits/{id}", Show);
        routes.MapPost("/visits/{id}/enter", Enter);
    }

    static async Task<IResult> Show(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!VisitId.TryParse(id, null, out var visitId)) return Problem.NotFound;
        var staff = StaffLogin.Of(http).Staff;
        var asked = neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop);
        var found = await neighbours.Scheduling.GetVisit(new GetVisit(staff.Tenant, visitId), stop);
        if ((await asked).Value is not { } tenant) return Problem.Broken;
        if (found.Value is not { } visit) return Refusals.Of(found.Refused!);
        if (OwnPlace(visit, staff) is null)
            return OpenInEmergency.MayAsk(staff) && PlainErrors.WantsPage(http.Request) ? await OpenInEmergency.Show(visit, tenant, http, neighbours, stop) : NotTheirs;
        var read = await neighbours.Records.GetPatient(new GetPatient(staff.Tenant, visit.Patient), stop);
        if (read.Value is not { } patient) return Refusals.Of(read.Refused!);
        return new Page(new WorkspaceView(visitId.ToString(), tenant.Name, Moments.Time(visit.StartsAt, Moments.ZoneOf(tenant)),
            $"{patient.GivenName.Reveal} {patient.FamilyName.Reveal}", patient.BirthDate.Reveal, tenant.Demo, visit.State, visit.Confidential), "clinic.css", "clinician.js");
    }

    /// <summary>The visit, for a member of staff who is part of it.</summary>
    public static async Task<Answer<Visit>> Own(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        var staff = StaffLogin.Of(http).Staff;
        if (!VisitId.TryParse(id, null, out var visitId)) return new Refusal(Problem.NotFound.Code, Problem.NotFound.Title, Problem.NotFound.Status);
        var found = await neighbours.Scheduling.GetVisit(new GetVisit(staff.Tenant, visitId), stop);
        return found.Value is { } visit && OwnPlace(visit, staff) is null ? new Refusal(NotTheirs.Code, NotTheirs.Title, NotTheirs.Status) : found;
    }

    static async Task<IResult> Enter(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!VisitId.TryParse(id, null, out var visitId)) return Problem.NotFound;
        var signedIn = StaffLogin.Of(http);
        var found = await neighbours.Scheduling.GetVisit(new GetVisit(signedIn.Staff.Tenant, visitId), stop);
        if (found.Value is not { } visit) return Refusals.Of(found.Refused!);
        if (OwnPlace(visit, signedIn.Staff) is not { } place) return NotTheirs;
        var answer = await neighbours.Identity.EnterAsStaff(new EnterAsStaff(signedIn.Login, visit.Id, visit.Call, place.Id, place.Role), stop);
        return answer.Value is { } entered ? Results.Json(EnteredVisit.Of(entered), WebJson.Default.EnteredVisit) : Refusals.Of(answer.Refused!);
    }

    static Participant? OwnPlace(Visit visit, StaffMember staff) => visit.Participants.FirstOrDefault(one => one.Staff == staff.Id);
}

internal sealed record WorkspaceView(string Visit, string Clinic, string Time, string Patient, DateOnly Born, bool Demo, VisitState State, bool Confidential) : IView
{
    public string Key { get; } = Token.New();
    public Type Body => typeof(WorkspaceSheet);
    public string Title(Texts texts) => texts["work.title"];
    public IReadOnlyDictionary<string, object> Root => new Dictionary<string, object> { ["data-join-state"] = "lobby", ["data-media"] = "unasked" };
}

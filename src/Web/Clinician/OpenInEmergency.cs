using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Ids;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>
/// The record of a visit that is somebody else's: what it takes to open it in an emergency, and the record while it is open. Only to read: the call and its messages stay with whom
/// the visit is with.
/// </summary>
internal static class OpenInEmergency
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/visits/{id}/emergency", Break);
        routes.MapPost("/visits/{id}/emergency/end", End);
    }

    public static bool MayAsk(StaffMember staff) => staff.Role == StaffRole.Clinician;

    /// <summary>The record where this login has it open, else the page that asks for the reason.</summary>
    public static async Task<IResult> Show(Visit visit, Tenant tenant, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        var (staff, login) = (StaffLogin.Of(http).Staff, StaffLogin.Of(http).Login);
        if ((await neighbours.Emergencies.FindEmergency(new FindEmergency(login, visit.Id), stop)).Value is not { } grant) return await Ask(visit, tenant, http, neighbours, EmergencyForm.New, stop);
        var read = await neighbours.Records.GetPatient(new GetPatient(staff.Tenant, visit.Patient, grant.Id), stop);
        if (read.Refused is { Code: "emergency-over" }) return await Ask(visit, tenant, http, neighbours, EmergencyForm.New, stop);
        if (read.Value is not { } patient) return Refusals.Of(read.Refused!);
        var zone = Moments.ZoneOf(tenant);
        return new Page(new EmergencyRecordView(visit.Id.ToString(), grant.Id.ToString(), tenant.Name, staff.Name, tenant.Demo, $"{Moments.Day(visit.StartsAt, zone)}, {Moments.Time(visit.StartsAt, zone)}",
            await new StaffNames(neighbours, staff.Tenant).Of(visit.Clinician, stop), visit.State, $"{patient.GivenName.Reveal} {patient.FamilyName.Reveal}", patient.BirthDate.Reveal, patient.Phone?.Reveal, patient.Email?.Reveal,
            Moments.Time(grant.EndsAt, zone)), "clinic.css");
    }

    static async Task<IResult> Ask(Visit visit, Tenant tenant, HttpContext http, Neighbours neighbours, EmergencyForm form, CancellationToken stop)
    {
        var (staff, zone) = (StaffLogin.Of(http).Staff, Moments.ZoneOf(tenant));
        return new Page(new BreakGlassView(visit.Id.ToString(), tenant.Name, staff.Name, tenant.Demo, $"{Moments.Day(visit.StartsAt, zone)}, {Moments.Time(visit.StartsAt, zone)}",
            await new StaffNames(neighbours, staff.Tenant).Of(visit.Clinician, stop), form), "clinic.css", status: form.Wrong ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status403Forbidden);
    }

    static async Task<IResult> Break(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!VisitId.TryParse(id, null, out var visitId)) return Problem.NotFound;
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = EmergencyForm.Read(await http.Request.ReadFormAsync(stop));
        var answer = await neighbours.Emergencies.BreakGlass(new BreakGlass(form.Key, StaffLogin.Of(http).Login, visitId, form.Reason), stop);
        if (answer.Refused is { Code: "emergency-reason-wrong" } && PlainErrors.WantsPage(http.Request))
        {
            var staff = StaffLogin.Of(http).Staff;
            if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
            var found = await neighbours.Scheduling.GetVisit(new GetVisit(staff.Tenant, visitId), stop);
            return found.Value is { } visit ? await Ask(visit, tenant, http, neighbours, form with { Wrong = true }, stop) : Refusals.Of(found.Refused!);
        }
        return answer.Refused is { } why ? Refusals.Of(why) : StaffLogin.On(http, $"/clinic/visits/{visitId}");
    }

    static async Task<IResult> End(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!VisitId.TryParse(id, null, out var visitId)) return Problem.NotFound;
        var (staff, login) = (StaffLogin.Of(http).Staff, StaffLogin.Of(http).Login);
        var found = await neighbours.Emergencies.FindEmergency(new FindEmergency(login, visitId), stop);
        if (found.Value is not { } grant) return found.Refused is { Code: "no-emergency" } && PlainErrors.WantsPage(http.Request) ? StaffLogin.On(http, "/clinic") : Refusals.Of(found.Refused!);
        var ended = await neighbours.Emergencies.EndEmergency(new EndEmergency(staff.Tenant, grant.Id), stop);
        return ended.Refused is { } why ? Refusals.Of(why) : StaffLogin.On(http, "/clinic");
    }
}

/// <summary>The reason as typed. The form's key makes sending it twice one grant.</summary>
internal sealed record EmergencyForm(string Key, Phi<string> Reason, bool Wrong = false)
{
    public static EmergencyForm New => new(Token.New(), "");

    public static EmergencyForm Read(IFormCollection form) => new(form["key"].ToString() is { Length: >= 16 and <= 64 } key ? key : Token.New(), form["reason"].ToString());
}

/// <summary><paramref name="With"/>: whose visit it is.</summary>
internal sealed record BreakGlassView(string Visit, string Clinic, string Staff, bool Demo, string Time, string? With, EmergencyForm Form) : IView
{
    public Type Body => typeof(BreakGlassSheet);
    public string Title(Texts texts) => texts["glass.title"];
}

/// <summary>A record that is open for a while. <paramref name="Until"/>: the time at which it closes.</summary>
internal sealed record EmergencyRecordView(string Visit, string Emergency, string Clinic, string Staff, bool Demo, string Time, string? With, VisitState State, string Patient, DateOnly Born, string? Phone, string? Email,
    string Until) : IView
{
    public Type Body => typeof(EmergencyRecordSheet);
    public string Title(Texts texts) => texts["record.title"];
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Admin;

/// <summary>What an admin does about a record that was opened in an emergency: end it, and say what the review found.</summary>
internal static class KeepEmergencies
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/emergencies/{id}/review", Review);
        routes.MapPost("/emergencies/{id}/end", End);
    }

    static async Task<IResult> Review(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!EmergencyId.TryParse(id, null, out var emergency)) return Problem.NotFound;
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = ReviewForm.Read(await http.Request.ReadFormAsync(stop));
        if (form.Verdict is not { } verdict) return await ShowEmergencies.One(id, http, neighbours, form with { Wrong = true }, stop);
        var answer = await neighbours.Emergencies.ReviewEmergency(new ReviewEmergency(StaffLogin.Of(http).Staff.Tenant, emergency, verdict, form.Note), stop);
        return answer.Refused switch
        {
            null => StaffLogin.On(http, "/admin/emergencies"),
            { Code: "emergency-note-wrong" } => await ShowEmergencies.One(id, http, neighbours, form with { Wrong = true }, stop),
            var why => Refusals.Of(why),
        };
    }

    static async Task<IResult> End(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!EmergencyId.TryParse(id, null, out var emergency)) return Problem.NotFound;
        var ended = await neighbours.Emergencies.EndEmergency(new EndEmergency(StaffLogin.Of(http).Staff.Tenant, emergency), stop);
        return ended.Refused is { } why ? Refusals.Of(why) : StaffLogin.On(http, $"/admin/emergencies/{emergency}");
    }
}

/// <summary>What a review found, as typed.</summary>
internal sealed record ReviewForm(EmergencyVerdict? Verdict = null, Phi<string> Note = default, bool Wrong = false)
{
    public static ReviewForm Read(IFormCollection form) =>
        new(WireName.TryTo<EmergencyVerdict>(form["verdict"].ToString(), out var verdict) ? verdict : null, form["note"].ToString());
}

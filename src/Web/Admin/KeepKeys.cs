using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Keys;
using FirstRing.Platform.Errors;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Admin;

/// <summary>What an admin does with the clinic's keys: rotate them, have them destroyed, take that back.</summary>
internal static class KeepKeys
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/keys/rotate", Rotate);
        routes.MapPost("/keys/destroy", Destroy);
        routes.MapPost("/keys/keep", Keep);
    }

    static async Task<IResult> Rotate(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType || (await http.Request.ReadFormAsync(stop))["key"].ToString() is not { Length: >= 16 and <= 64 } key) return Problem.BadJson;
        return Back(http, (await neighbours.Keys.RotateKeys(new RotateKeys(key, StaffLogin.Of(http).Staff.Tenant), stop)).Refused);
    }

    // The clinic's name has to be typed: a destruction is not one slip of a finger.
    static async Task<IResult> Destroy(HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var staff = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var typed = (await http.Request.ReadFormAsync(stop))["clinic"].ToString().Trim();
        return string.Equals(typed, tenant.Name, StringComparison.OrdinalIgnoreCase)
            ? Back(http, (await neighbours.Keys.ScheduleDestruction(new ScheduleDestruction(staff.Tenant), stop)).Refused)
            : await ShowKeys.Show(http, neighbours, clock, wrong: true, stop);
    }

    static async Task<IResult> Keep(HttpContext http, Neighbours neighbours, CancellationToken stop) =>
        Back(http, (await neighbours.Keys.CancelDestruction(new CancelDestruction(StaffLogin.Of(http).Staff.Tenant), stop)).Refused);

    static IResult Back(HttpContext http, Refusal? refused)
    {
        if (refused is not null) return Refusals.Of(refused);
        http.Response.Headers.Location = "/admin/keys";
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Errors;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>A patient says that a device is lost: the desk takes their passkeys away. Doing it again changes nothing.</summary>
internal static class EndPasskeys
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/visits/{id}/passkeys/end", Handle);

    static async Task<IResult> Handle(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!VisitId.TryParse(id, null, out var visitId)) return Problem.NotFound;
        var tenant = StaffLogin.Of(http).Staff.Tenant;
        var found = await neighbours.Scheduling.GetVisit(new GetVisit(tenant, visitId), stop);
        if (found.Value is not { } visit) return Refusals.Of(found.Refused!);
        var ended = await neighbours.PatientPasskeys.EndPatientPasskeys(new EndPatientPasskeys(tenant, visit.Patient), stop);
        return ended.Refused is { } why ? Refusals.Of(why) : new Page(new Notice("passkeys-ended", Link: "/clinic", LinkKey: "link.back"), "plain.css");
    }
}

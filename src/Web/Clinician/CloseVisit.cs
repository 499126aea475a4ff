using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Errors;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>Ends a visit for everyone, or notes that the patient did not come. Doing it again changes nothing.</summary>
internal static class CloseVisit
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/visits/{id}/end", (string id, HttpContext http, Neighbours neighbours, CancellationToken stop) => Handle(id, http,
            (tenant, visit) => neighbours.Scheduling.EndVisit(new EndVisit(tenant, visit), stop)));
        routes.MapPost("/visits/{id}/no-show", (string id, HttpContext http, Neighbours neighbours, CancellationToken stop) => Handle(id, http,
            (tenant, visit) => neighbours.Scheduling.MarkNoShow(new MarkNoShow(tenant, visit), stop)));
    }

    static async Task<IResult> Handle(string id, HttpContext http, Func<TenantId, VisitId, Task<Answer<Visit>>> close)
    {
        if (!VisitId.TryParse(id, null, out var visit)) return Problem.NotFound;
        var answer = await close(StaffLogin.Of(http).Staff.Tenant, visit);
        if (answer.Refused is { } why) return Refusals.Of(why);
        if (!PlainErrors.WantsPage(http.Request)) return Results.NoContent();
        http.Response.Headers.Location = "/clinic";
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }
}

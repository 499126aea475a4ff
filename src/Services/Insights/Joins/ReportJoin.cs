using FirstRing.Contracts;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Passes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Insights.Joins;

/// <summary>A page's join steps. Before it has a pass it can name no visit, only its own attempt.</summary>
internal static class ReportJoin
{
    const int LargestBody = 16 * 1024;

    static readonly Problem ReportNotValid = new("report-not-valid", "A report has 1 to 50 steps, in words of small letters, digits, dots and hyphens.", 422);
    static readonly Problem TooMany = new("too-many", "Too many reports from this address.", 429);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/insights/join", Handle);

    static async Task<IResult> Handle(HttpContext http, CancellationToken stop)
    {
        if (!http.RequestServices.GetRequiredService<AddressLimit>().Take(http.Connection.RemoteIpAddress)) return TooMany;
        VisitId? visit = null;
        if (http.Request.Headers.Authorization.Count > 0)
        {
            var pass = await http.RequestServices.GetRequiredService<PassReader>().ReadBearer(http.Request, "insights");
            if (pass is null || await EndedLogins.Has(http.RequestServices.Store("insights"), pass.Login, stop) || !VisitId.TryParse(pass.Claims.GetValueOrDefault("visit"), null, out var named)) return Problem.NoPass;
            visit = named;
        }
        var (report, problem) = await JsonBody.Read(http.Request, InsightsJson.Default.JoinReport, LargestBody, stop);
        if (report is null) return problem!;
        if (!report.IsValid()) return ReportNotValid;

        var store = http.RequestServices.GetRequiredService<JoinStore>();
        await store.Add(report, visit is { } id ? await store.Pseudonym(id, stop) : null, stop);
        return Results.NoContent();
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Admin;

/// <summary>The applications of others that the clinic lets ask: which there are, a new one, the end of one.</summary>
internal static class ShowApps
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps", (HttpContext http, Neighbours neighbours, CancellationToken stop) => Show(http, neighbours, new AppForm(), null, stop));
        routes.MapPost("/apps", Add);
        routes.MapPost("/apps/{id}/end", End);
    }

    static async Task<IResult> Show(HttpContext http, Neighbours neighbours, AppForm form, App? made, CancellationToken stop)
    {
        var staff = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var listed = await neighbours.Apps.ListApps(new ListApps(staff.Tenant), stop);
        if (listed.Refused is { } why) return Refusals.Of(why);
        return new Page(new AppsView(tenant.Name, staff, tenant.Demo, [.. listed.Value!.Apps.OrderBy(app => app.EndedAt is not null)], form, made), "clinic.css",
            status: form.Error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    static async Task<IResult> Add(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = AppForm.Read(await http.Request.ReadFormAsync(stop));
        var added = await neighbours.Apps.AddApp(new AddApp(form.Key, StaffLogin.Of(http).Staff.Tenant, form.Terms()), stop);
        return added switch
        {
            { Value: { } made } => await Show(http, neighbours, new AppForm(), made, stop),
            { Refused: { Status: StatusCodes.Status422UnprocessableEntity } why } => await Show(http, neighbours, form.With(why.Code), null, stop),
            _ => Refusals.Of(added.Refused!),
        };
    }

    static async Task<IResult> End(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!AppId.TryParse(id, null, out var app)) return Problem.NotFound;
        var ended = await neighbours.Apps.EndApp(new EndApp(StaffLogin.Of(http).Staff.Tenant, app), stop);
        return ended.Refused is { } why ? Refusals.Of(why) : StaffLogin.On(http, "/admin/apps");
    }
}

internal sealed record AppsView(string Clinic, StaffMember Me, bool Demo, IReadOnlyList<App> Apps, AppForm Form, App? Made) : IView
{
    public Type Body => typeof(AppsSheet);
    public string Title(Texts texts) => texts["apps.title"];
}

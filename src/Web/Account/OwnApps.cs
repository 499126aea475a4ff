using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Web.Admin;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Account;

/// <summary>The applications that somebody lets act for them, and a way to stop each.</summary>
internal static class OwnApps
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps", Show);
        routes.MapPost("/apps/{id}/end", End);
    }

    static async Task<IResult> Show(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        var login = StaffLogin.Of(http);
        if ((await neighbours.Identity.GetTenant(new GetTenant(login.Staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var listed = await neighbours.Apps.ListOwnGrants(new ListOwnGrants(login.Login), stop);
        if (listed.Value is not { } granted) return Refusals.Of(listed.Refused!);
        var zone = Moments.ZoneOf(tenant);
        return new Page(new OwnAppsView(tenant.Name, login.Staff, tenant.Demo,
            [.. granted.Grants.Select(grant => new GrantRow(grant.Id.ToString(), grant.App, grant.Scopes, Moments.DateAndTime(grant.GivenAt, zone), Moments.DateAndTime(grant.Ends, zone), grant.Offline))]), "plain.css");
    }

    static async Task<IResult> End(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!GrantId.TryParse(id, null, out var grant)) return Problem.NotFound;
        var ended = await neighbours.Apps.EndOwnGrant(new EndOwnGrant(StaffLogin.Of(http).Login, grant), stop);
        return ended.Refused is { } why ? Refusals.Of(why) : StaffLogin.On(http, "/me/apps");
    }
}

/// <summary>Times in the clinic's zone.</summary>
internal sealed record GrantRow(string Id, string App, IReadOnlyList<string> Scopes, string Given, string Ends, bool Offline);

internal sealed record OwnAppsView(string Clinic, StaffMember Me, bool Demo, IReadOnlyList<GrantRow> Rows) : IView
{
    public string Home => AdminPlaces.FirstOf(Me.Role);
    public Type Body => typeof(OwnAppsSheet);
    public string Title(Texts texts) => texts["own-apps.title"];
}

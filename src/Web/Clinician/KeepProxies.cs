using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Ids;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>What staff do about who acts for a patient: let somebody, end it, give them a link into the visit, keep the visit from them.</summary>
internal static class KeepProxies
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/visits/{id}/proxies", Add);
        routes.MapPost("/visits/{id}/proxies/{proxy}/end", End);
        routes.MapPost("/visits/{id}/proxies/{proxy}/link", Link);
        routes.MapPost("/visits/{id}/confidential", Keep);
    }

    static async Task<IResult> Add(string id, HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var (visit, bar) = await ShowProxies.VisitOf(id, http, neighbours, stop);
        if (visit is null) return bar!;
        if ((await neighbours.Identity.GetTenant(new GetTenant(visit.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var zone = Moments.ZoneOf(tenant);
        var form = ProxyForm.Read(await http.Request.ReadFormAsync(stop), clock.GetUtcNow(), zone);
        if (form.Errors.Count > 0) return await ShowProxies.ShowForm(id, http, neighbours, form, stop);

        var added = await neighbours.ProxyPersons.AddProxy(new AddProxy(form.Key, visit.Tenant, visit.Patient, new(form.GivenName), new(form.FamilyName), new(form.Born), new(form.Relation), form.Basis!.Value,
            form.Evidence.Length > 0 ? new Phi<string>(form.Evidence) : default(Phi<string>?)), stop);
        if (added.Refused is { } why) return await Back(why);
        var granted = await neighbours.Proxies.GrantProxy(new GrantProxy(form.Key, visit.Tenant, visit.Patient, added.Value!.Id, form.Scopes, form.Until(zone)), stop);
        return granted.Refused is { } not ? await Back(not) : StaffLogin.On(http, ShowProxies.PathOf(visit.Id));

        async Task<IResult> Back(Refusal refusal) => refusal.Status is StatusCodes.Status422UnprocessableEntity or StatusCodes.Status409Conflict
            ? await ShowProxies.ShowForm(id, http, neighbours, form.With(refusal.Code), stop)
            : Refusals.Of(refusal);
    }

    static async Task<IResult> End(string id, string proxy, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        var (visit, bar) = await ShowProxies.VisitOf(id, http, neighbours, stop);
        if (visit is null) return bar!;
        if (!ProxyId.TryParse(proxy, null, out var which)) return Problem.NotFound;
        var ended = await neighbours.Proxies.EndProxy(new EndProxy(visit.Tenant, which), stop);
        return ended.Refused is { } why ? Refusals.Of(why) : StaffLogin.On(http, ShowProxies.PathOf(visit.Id));
    }

    static async Task<IResult> Link(string id, string proxy, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var (visit, bar) = await ShowProxies.VisitOf(id, http, neighbours, stop);
        if (visit is null) return bar!;
        if (!ProxyId.TryParse(proxy, null, out var which)) return Problem.NotFound;
        var form = await http.Request.ReadFormAsync(stop);
        var key = form["key"].ToString() is { Length: >= 16 and <= 64 } given ? given : Token.New();
        var place = await neighbours.Scheduling.Invite(new Invite(key, visit.Tenant, visit.Id, VisitRole.Proxy, which), stop);
        if (place.Refused is { } why) return Refusals.Of(why);
        var made = await InviteLinks.Make(neighbours, visit, place.Value!, key, http.Request, stop);
        if (made.Value is not { } link) return Refusals.Of(made.Refused!);
        return PlainErrors.WantsPage(http.Request) ? await ShowProxies.Show(id, http, neighbours, new MadeProxyLink(link.Link, proxy), stop) : Results.Json(link, WebJson.Default.MadeLink);
    }

    static async Task<IResult> Keep(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var (visit, bar) = await ShowProxies.VisitOf(id, http, neighbours, stop);
        if (visit is null) return bar!;
        var confidential = (await http.Request.ReadFormAsync(stop))["keep"] == "yes";
        var marked = await neighbours.Scheduling.MarkConfidential(new MarkConfidential(visit.Tenant, visit.Id, confidential), stop);
        return marked.Refused is { } why ? Refusals.Of(why) : StaffLogin.On(http, ShowProxies.PathOf(visit.Id));
    }
}

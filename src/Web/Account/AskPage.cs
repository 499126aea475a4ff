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

/// <summary>Asks a person whether an application may act for them: who asks, for what, how long, and where they go on to.</summary>
internal static class AskPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/ask/{ask}", Show);
        routes.MapPost("/apps/ask/{ask}", Decide);
    }

    static async Task<IResult> Show(string ask, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        var login = StaffLogin.Of(http);
        if ((await neighbours.Identity.GetTenant(new GetTenant(login.Staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var answer = await neighbours.Apps.LookAsk(new LookAsk(login.Login, ask), stop);
        if (answer.Value is not { } seen) return answer.Refused!.Code == "ask-not-valid" ? Over(answer.Refused.Status) : Refusals.Of(answer.Refused);
        return new Page(new AskView(tenant.Name, login.Staff, tenant.Demo, ask, seen, Moments.DateAndTime(seen.Ends, Moments.ZoneOf(tenant))), "plain.css");
    }

    // A form's answer may not lead to another site (its policy says so, and browsers take redirects for it): a page of ours leads on.
    static async Task<IResult> Decide(string ask, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = await http.Request.ReadFormAsync(stop);
        var decided = await neighbours.Apps.DecideAsk(new DecideAsk(StaffLogin.Of(http).Login, ask, form["answer"] == "allow"), stop);
        if (decided.Value is { } done)
        {
            http.Response.Headers["Refresh"] = $"0; url={done.Next}";
            return new Page(new GoOnView(done.App, done.Next), "plain.css");
        }
        return decided.Refused!.Code switch
        {
            "ask-not-valid" => Over(decided.Refused.Status),
            "sign-in-anew" => StaffLogin.On(http, $"/sign-in?to={Uri.EscapeDataString(http.Request.Path)}"),
            _ => Refusals.Of(decided.Refused),
        };
    }

    static Page Over(int status) => new(new Notice("ask-over"), "plain.css", status: status);
}

/// <summary><paramref name="Ends"/> is an instant in the clinic's zone.</summary>
internal sealed record AskView(string Clinic, StaffMember Me, bool Demo, string Ask, AskSeen Seen, string Ends) : IView
{
    public string Home => AdminPlaces.FirstOf(Me.Role);
    public Type Body => typeof(AskSheet);
    public string Title(Texts texts) => texts.With("ask.title", Seen.App);
}

internal sealed record GoOnView(string App, string Next) : IView
{
    public Type Body => typeof(GoOnSheet);
    public string Title(Texts texts) => texts.With("ask.on", App);
}

using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Account;

/// <summary>An invited member of staff sets a password, and a second factor next. Opening the link changes nothing.</summary>
internal static class InvitedPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/invited/{token}", (string token, Neighbours neighbours, CancellationToken stop) => Show(token, neighbours, null, StatusCodes.Status200OK, stop));
        routes.MapPost("/invited/{token}", Take);
    }

    static async Task<IResult> Show(string token, Neighbours neighbours, string? error, int status, CancellationToken stop)
    {
        Acting.As(Caller.Anyone("web"));
        var seen = await neighbours.Staff.LookInvitation(new LookInvitation(token), stop);
        return seen.Value is { } invitation
            ? new Page(new InvitedView(token, invitation, error), "plain.css", status: status)
            : new Page(new Notice("invitation-gone", Link: "/sign-in", LinkKey: "landing.sign-in"), "plain.css", status: seen.Refused!.Status);
    }

    static async Task<IResult> Take(string token, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        Acting.As(Caller.Anyone("web"));
        var password = http.Request.HasFormContentType ? (await http.Request.ReadFormAsync(stop))["password"].ToString() : "";
        var taken = await neighbours.Staff.TakeInvitation(new TakeInvitation(token, password, Browser.Of(http.Request)), stop);
        if (taken.Refused is { } why) return await Show(token, neighbours, $"password.error.{why.Code}", why.Status, stop);
        StaffLogin.Remember(http.Response, taken.Value!.Login);
        return StaffLogin.On(http, "/me/security");
    }
}

internal sealed record InvitedView(string Token, InvitationSeen Invitation, string? Error) : IView
{
    public Type Body => typeof(InvitedSheet);
    public string Title(Texts texts) => texts.With("invited.title", Invitation.Clinic);
}

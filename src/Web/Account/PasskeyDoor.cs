using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Account;

/// <summary>Passkeys at the door: what the browser is asked, and the forms that its answers come back in.</summary>
internal static class PasskeyDoor
{
    public static void MapSignIn(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sign-in/passkey/begin", async (HttpContext http, Neighbours neighbours, CancellationToken stop) =>
        {
            Acting.As(Caller.Anyone("web"));
            return Asked(await neighbours.Passkeys.BeginPasskeySignIn(new BeginPasskeySignIn(Origin(http)), stop));
        });
        routes.MapPost("/sign-in/passkey", SignIn);
    }

    public static void MapOwn(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/security/passkeys/begin", async (HttpContext http, Neighbours neighbours, CancellationToken stop) =>
            Asked(await neighbours.Passkeys.BeginPasskey(new BeginPasskey(AnyLogin.Of(http).Login, Origin(http)), stop)));
        routes.MapPost("/security/passkeys", Add);
        routes.MapPost("/security/passkeys/{id}/name", async (string id, HttpContext http, Neighbours neighbours, CancellationToken stop) => http.Request.HasFormContentType
            ? Back(http, await neighbours.Passkeys.RenamePasskey(new RenamePasskey(AnyLogin.Of(http).Login, id, (await http.Request.ReadFormAsync(stop))["name"].ToString()), stop))
            : Problem.BadJson);
        routes.MapPost("/security/passkeys/{id}/remove", async (string id, HttpContext http, Neighbours neighbours, CancellationToken stop) =>
            Back(http, await neighbours.Passkeys.RemovePasskey(new RemovePasskey(AnyLogin.Of(http).Login, id), stop)));
    }

    public static string Origin(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host}";

    /// <summary>What a browser is to ask for. The options are JSON of the handler's own making.</summary>
    public static IResult Asked(Answer<PasskeyBegun> begun) => begun.Value is { } asked
        ? Results.Text($$"""{"ceremony":"{{asked.Ceremony}}","options":{{asked.Options}}}""", "application/json")
        : Refusals.Of(begun.Refused!);

    static async Task<IResult> SignIn(HttpContext http, Neighbours neighbours, WebSettings settings, CancellationToken stop)
    {
        Acting.As(Caller.Anyone("web"));
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = await http.Request.ReadFormAsync(stop);
        var to = form["to"].ToString();
        var answer = await neighbours.Passkeys.PasskeySignIn(new PasskeySignIn(Origin(http), form["ceremony"].ToString(), form["credential"].ToString(), Browser.Of(http.Request),
            StaffLogin.LoginOf(http.Request)), stop);
        if (answer.Value is not { } signedIn) return SignInPage.Form(settings, to, error: "passkey.refused", status: answer.Refused!.Status);
        StaffLogin.Remember(http.Response, signedIn.Login);
        return StaffLogin.On(http, Inside.Of(to));
    }

    static async Task<IResult> Add(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = await http.Request.ReadFormAsync(stop);
        var kept = await neighbours.Passkeys.AddPasskey(new AddPasskey(AnyLogin.Of(http).Login, Origin(http), form["ceremony"].ToString(), form["credential"].ToString(),
            form["name"].ToString()), stop);
        return kept.Value is { } done ? await KeepTotp.Done(http, neighbours, done, stop) : Refusals.Of(kept.Refused!);
    }

    static IResult Back(HttpContext http, Answer<Done> answer) => answer.Refused is { } why ? Refusals.Of(why) : StaffLogin.On(http, "/me/security");
}

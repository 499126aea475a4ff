using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Web.Account;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>The first step of signing in: email and password. What is wrong is not said more exactly than "one of the two".</summary>
internal static class SignInPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sign-in", (WebSettings settings, string? to) => Form(settings, to));
        routes.MapPost("/sign-in", Handle);
    }

    public static Page Form(WebSettings settings, string? to, string email = "", string? error = null, int status = StatusCodes.Status200OK) =>
        new(new SignInView(email, Inside.Of(to), error, settings.DemoSecret is not null), "plain.css", "passkey.js", status);

    static async Task<IResult> Handle(HttpContext http, Neighbours neighbours, WebSettings settings, CancellationToken stop)
    {
        Acting.As(Caller.Anyone("web"));
        if (!http.Request.HasFormContentType) return Form(settings, null, status: StatusCodes.Status400BadRequest);
        var form = await http.Request.ReadFormAsync(stop);
        var (email, password, to) = (form["email"].ToString().Trim(), form["password"].ToString(), form["to"].ToString());
        var answer = await neighbours.Identity.SignIn(new SignIn(email, password, Browser.Of(http.Request), StaffLogin.LoginOf(http.Request)), stop);
        if (answer.Value is not { } signedIn)
            return Form(settings, to, email, answer.Refused!.Code == "too-many-tries" ? "sign-in.too-many" : "sign-in.failed", answer.Refused.Status);
        StaffLogin.Remember(http.Response, signedIn.Login);
        return StaffLogin.On(http, signedIn.Level switch
        {
            LoginLevel.Code => $"/sign-in/code?to={Uri.EscapeDataString(Inside.Of(to))}",
            LoginLevel.Enrol => "/me/security",
            _ => Inside.Of(to),
        });
    }
}

internal sealed record SignInView(string Email, string To, string? Error, bool Demo) : IView
{
    public Type Body => typeof(SignInSheet);
    public string Title(Texts texts) => texts["sign-in.title"];
}

/// <summary>Ends the login of this browser.</summary>
internal static class SignOutOfClinic
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/sign-out", async (HttpContext http, Neighbours neighbours, CancellationToken stop) =>
    {
        Acting.As(Caller.Anyone("web"));
        if (StaffLogin.LoginOf(http.Request) is { } login) await neighbours.Identity.SignOut(new SignOut(login), stop);
        StaffLogin.Forget(http.Response);
        // Whatever the browser still holds of the clinic's pages goes with the login (not the cookies: a patient's device on the same machine keeps its own).
        http.Response.Headers["Clear-Site-Data"] = "\"cache\", \"storage\"";
        return StaffLogin.On(http, "/sign-in");
    });
}

using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Web.Clinician;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Account;

/// <summary>The second step of signing in: a code of the authenticator app, or a recovery code.</summary>
internal static class CodePage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sign-in/code", (WebSettings settings, string? to) => Form(settings, to));
        routes.MapPost("/sign-in/code", Handle);
    }

    static Page Form(WebSettings settings, string? to, string? error = null, int status = StatusCodes.Status200OK) =>
        new(new CodeView(Inside.Of(to), error, settings.DemoSecret is not null), "plain.css", "passkey.js", status);

    static async Task<IResult> Handle(HttpContext http, Neighbours neighbours, WebSettings settings, CancellationToken stop)
    {
        Acting.As(Caller.Anyone("web"));
        if (!http.Request.HasFormContentType) return Form(settings, null, status: StatusCodes.Status400BadRequest);
        var form = await http.Request.ReadFormAsync(stop);
        var to = form["to"].ToString();
        if (StaffLogin.LoginOf(http.Request) is not { } login) return StaffLogin.SignInFirst(to);
        var answer = await neighbours.Factors.GiveCode(new GiveCode(login, form["code"].ToString()), stop);
        switch (answer)
        {
            case { Value: { } signedIn }:
                StaffLogin.Remember(http.Response, signedIn.Login);
                return StaffLogin.On(http, Inside.Of(to));
            case { Refused.Code: "not-signed-in" }:
                return StaffLogin.SignInFirst(to);
            default:
                return Form(settings, to, answer.Refused!.Code == "too-many-tries" ? "sign-in.too-many" : "code.wrong", answer.Refused.Status);
        }
    }
}

internal sealed record CodeView(string To, string? Error, bool Demo) : IView
{
    public Type Body => typeof(CodeSheet);
    public string Title(Texts texts) => texts["code.title"];
}

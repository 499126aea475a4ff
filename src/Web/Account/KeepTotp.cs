using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Account;

/// <summary>Sets up the authenticator app: first its secret, as a picture and as text, then a code that proves it arrived. Makes new recovery codes.</summary>
internal static class KeepTotp
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/security/app", Begin);
        routes.MapPost("/security/app/confirm", Confirm);
        routes.MapPost("/security/recovery", NewCodes);
    }

    static async Task<IResult> Begin(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        var begun = await neighbours.Factors.BeginTotp(new BeginTotp(AnyLogin.Of(http).Login), stop);
        return begun.Value is { } app ? await Setup(http, neighbours, app, null, StatusCodes.Status200OK, stop) : Refusals.Of(begun.Refused!);
    }

    static async Task<IResult> Confirm(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = await http.Request.ReadFormAsync(stop);
        var kept = await neighbours.Factors.ConfirmTotp(new ConfirmTotp(AnyLogin.Of(http).Login, form["code"].ToString()), stop);
        if (kept.Value is { } done) return await Done(http, neighbours, done, stop);
        // The secret comes back with the form, so that a slip of the finger does not mean scanning anew.
        return kept.Refused!.Code is "code-wrong" or "too-many-tries" && Shown(form) is { } app
            ? await Setup(http, neighbours, app, kept.Refused.Code == "code-wrong" ? "code.wrong" : "sign-in.too-many", kept.Refused.Status, stop)
            : Refusals.Of(kept.Refused);
    }

    static async Task<IResult> NewCodes(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        var made = await neighbours.Factors.MakeRecoveryCodes(new MakeRecoveryCodes(AnyLogin.Of(http).Login), stop);
        return made.Value is { } done ? await Done(http, neighbours, done, stop) : Refusals.Of(made.Refused!);
    }

    static TotpBegun? Shown(IFormCollection form) =>
        form["secret"].ToString() is { Length: > 0 and <= 64 } secret && form["uri"].ToString() is { Length: > 0 and <= 600 } uri
        && uri.StartsWith("otpauth://totp/", StringComparison.Ordinal) ? new TotpBegun(secret, uri) : null;

    static async Task<IResult> Setup(HttpContext http, Neighbours neighbours, TotpBegun app, string? error, int status, CancellationToken stop)
    {
        var seen = AnyLogin.Of(http).Seen;
        if ((await neighbours.Identity.GetTenant(new GetTenant(seen.Staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        return new Page(new AppView(tenant.Name, seen.Staff.Name, tenant.Demo, seen.Level != LoginLevel.Enrol, app, error), "plain.css", status: status);
    }

    public static async Task<IResult> Done(HttpContext http, Neighbours neighbours, FactorKept kept, CancellationToken stop)
    {
        StaffLogin.Remember(http.Response, kept.Login);
        if (kept.RecoveryCodes.Count == 0) return StaffLogin.On(http, "/me/security");
        var staff = AnyLogin.Of(http).Seen.Staff;
        return (await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is { } tenant
            ? new Page(new CodesView(tenant.Name, staff.Name, tenant.Demo, kept.RecoveryCodes), "plain.css")
            : Problem.Broken;
    }
}

internal sealed record AppView(string Clinic, string Staff, bool Demo, bool Whole, TotpBegun App, string? Error) : IView
{
    /// <summary>The secret in groups of four, as one types it.</summary>
    public string Typed => string.Join(' ', App.Secret.Chunk(4).Select(letters => new string(letters)));
    public Type Body => typeof(AppSheet);
    public string Title(Texts texts) => texts["app.title"];
}

internal sealed record CodesView(string Clinic, string Staff, bool Demo, IReadOnlyList<string> Codes) : IView
{
    public Type Body => typeof(CodesSheet);
    public string Title(Texts texts) => texts["codes.title"];
}

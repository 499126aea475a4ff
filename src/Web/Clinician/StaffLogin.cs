using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Web.Account;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Web.Clinician;

/// <summary>The member of staff whose login cookie came with the request. Everything under <c>/clinic</c> acts for them.</summary>
internal sealed record StaffLogin(StaffMember Staff, string Login)
{
    const string Cookie = "__Host-login";
    static readonly TimeSpan Kept = TimeSpan.FromHours(12);
    static readonly Problem Missing = new("not-signed-in", "Sign in first.", StatusCodes.Status401Unauthorized);

    public static StaffLogin Of(HttpContext http) => http.Features.GetRequiredFeature<StaffLogin>();

    public static string? LoginOf(HttpRequest request) => request.Cookies[Cookie] is { Length: > 0 and <= 200 } login ? login : null;

    public static void Remember(HttpResponse response, string login) => response.Cookies.Append(Cookie, login, Options(Kept));
    public static void Forget(HttpResponse response) => response.Cookies.Append(Cookie, "", Options(TimeSpan.Zero));

    static CookieOptions Options(TimeSpan kept) =>
        new() { Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = kept, IsEssential = true };

    /// <summary>To the step of signing in that is still to be taken, and back from there; a program is told so.</summary>
    public static object Away(HttpContext http, string why) => !HttpMethods.IsGet(http.Request.Method) || !PlainErrors.WantsPage(http.Request) ? Missing with { Code = why } : why switch
    {
        "code-needed" => Results.Redirect($"/sign-in/code?to={Uri.EscapeDataString(http.Request.Path)}"),
        "factor-missing" => Results.Redirect("/me/security"),
        _ => SignInFirst(http.Request.Path),
    };

    public static IResult SignInFirst(string? to) => Results.Redirect($"/sign-in?to={Uri.EscapeDataString(Inside.Of(to))}");

    public static IResult On(HttpContext http, string to)
    {
        http.Response.Headers.Location = to;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    public static async ValueTask<object?> Required(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var neighbours = http.RequestServices.GetRequiredService<Neighbours>();
        Acting.As(Caller.System("web"));
        if (LoginOf(http.Request) is not { } login) return Away(http, "not-signed-in");
        var known = await neighbours.Identity.WhoIs(new WhoIs(login), http.RequestAborted);
        if (known.Value is not { } staff) return Away(http, known.Refused!.Code);
        http.Features.Set(new StaffLogin(staff, login));
        Acting.As(new Caller("web", staff.Tenant.ToString(), staff.Id.ToString(), WireName.Of(staff.Role)));
        return await next(context);
    }
}

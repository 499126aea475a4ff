using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Web.Account;
using FirstRing.Web.Admin;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Web.Clinician;

/// <summary>The member of staff whose login cookie came with the request. Every route that asks for a login acts for them.</summary>
internal sealed record StaffLogin(StaffMember Staff, string Login)
{
    const string Cookie = "__Host-login";
    static readonly TimeSpan Kept = TimeSpan.FromHours(12);
    public static readonly Problem Missing = new("not-signed-in", "Sign in first.", StatusCodes.Status401Unauthorized);

    public static StaffLogin Of(HttpContext http) => http.Features.GetRequiredFeature<StaffLogin>();

    public static string? LoginOf(HttpRequest request) => request.Cookies[Cookie] is { Length: > 0 and <= 200 } login ? login : null;

    public static void Remember(HttpResponse response, string login) => response.Cookies.Append(Cookie, login, Options(Kept));
    public static void Forget(HttpResponse response) => response.Cookies.Append(Cookie, "", Options(TimeSpan.Zero));

    static CookieOptions Options(TimeSpan kept) =>
        new() { Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = kept, IsEssential = true };

    /// <summary>To the step of signing in that is still to be taken, and back from there; a program is told so.</summary>
    static IResult Away(HttpContext http, string why) => !HttpMethods.IsGet(http.Request.Method) || !PlainErrors.WantsPage(http.Request) ? Missing with { Code = why } : why switch
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

    /// <summary>Knows who a whole login's cookie belongs to. A page that asks without one is sent to the step of signing in that is still to be taken.</summary>
    public static DoorKeeper Keeper { get; } = new(DoorProof.Login, Problem.NotAllowed, Who, Say);

    static async Task<(Caller?, Problem?)> Who(HttpContext http, DoorAccess access)
    {
        Acting.As(Caller.Anyone("web"));
        if (LoginOf(http.Request) is not { } login) return (null, Missing);
        var known = await http.RequestServices.GetRequiredService<Neighbours>().Identity.WhoIs(new WhoIs(login), http.RequestAborted);
        if (known.Value is not { } staff) return (null, Missing with { Code = known.Refused!.Code });
        http.Features.Set(new StaffLogin(staff, login));
        return (As(staff), null);
    }

    public static Caller As(StaffMember staff) => new("web", staff.Tenant.ToString(), staff.Id.ToString(), WireName.Of(staff.Role));

    /// <summary>A page for a browser, problem details for a program.</summary>
    public static IResult Say(HttpContext http, Problem problem) =>
        problem.Status == StatusCodes.Status401Unauthorized ? Away(http, problem.Code)
        : !PlainErrors.WantsPage(http.Request) ? problem
        // Who asks for the day's list without being of the clinic's is shown where they begin.
        : problem == Problem.NotAllowed && http.Request.Path == "/clinic" && HttpMethods.IsGet(http.Request.Method) ? Results.Redirect(AdminPlaces.FirstOf(Of(http).Staff.Role))
        : Notice.Of(problem);
}

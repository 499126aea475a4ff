using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
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

    public static async ValueTask<object?> Required(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var neighbours = http.RequestServices.GetRequiredService<Neighbours>();
        Acting.As(Caller.System("web"));
        if (LoginOf(http.Request) is not { } login || (await neighbours.Identity.WhoIs(new WhoIs(login), http.RequestAborted)).Value is not { } staff)
            return HttpMethods.IsGet(http.Request.Method) && PlainErrors.WantsPage(http.Request)
                ? Results.Redirect($"/sign-in?to={Uri.EscapeDataString(http.Request.Path)}")
                : Missing;
        http.Features.Set(new StaffLogin(staff, login));
        Acting.As(new Caller("web", staff.Tenant.ToString(), staff.Id.ToString(), WireName.Of(staff.Role)));
        return await next(context);
    }
}

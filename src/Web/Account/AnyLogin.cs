using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Web.Clinician;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Web.Account;

/// <summary>The login whose cookie came with a request under <c>/me</c>: whole, or of someone who is to set up their first factor.</summary>
internal sealed record AnyLogin(LoginSeen Seen, string Login)
{
    public static AnyLogin Of(HttpContext http) => http.Features.GetRequiredFeature<AnyLogin>();

    public static async ValueTask<object?> Required(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        Acting.As(Caller.System("web"));
        if (StaffLogin.LoginOf(http.Request) is not { } login
            || (await http.RequestServices.GetRequiredService<Neighbours>().Factors.LookLogin(new LookLogin(login), http.RequestAborted)).Value is not { } seen)
            return StaffLogin.Away(http, "not-signed-in");
        if (seen.Level == LoginLevel.Code) return StaffLogin.Away(http, "code-needed");
        http.Features.Set(new AnyLogin(seen, login));
        Acting.As(new Caller("web", seen.Staff.Tenant.ToString(), seen.Staff.Id.ToString(), WireName.Of(seen.Staff.Role)));
        return await next(context);
    }
}

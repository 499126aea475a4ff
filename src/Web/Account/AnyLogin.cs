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

    public static DoorKeeper Keeper { get; } = new(DoorProof.BegunLogin, Problem.NotAllowed, Who, StaffLogin.Say);

    static async Task<(Caller?, Problem?)> Who(HttpContext http, DoorAccess access)
    {
        Acting.As(Caller.Anyone("web"));
        if (StaffLogin.LoginOf(http.Request) is not { } login
            || (await http.RequestServices.GetRequiredService<Neighbours>().Factors.LookLogin(new LookLogin(login), http.RequestAborted)).Value is not { } seen)
            return (null, StaffLogin.Missing);
        if (seen.Level == LoginLevel.Code) return (null, StaffLogin.Missing with { Code = "code-needed" });
        http.Features.Set(new AnyLogin(seen, login));
        return (StaffLogin.As(seen.Staff), null);
    }
}

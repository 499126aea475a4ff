using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Account;

/// <summary>What a member of staff signs in with. Who has no factor yet sees only how to set one up.</summary>
internal static class ShowSecurity
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/security", Handle);

    static async Task<IResult> Handle(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        var seen = AnyLogin.Of(http).Seen;
        if ((await neighbours.Identity.GetTenant(new GetTenant(seen.Staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var answer = await neighbours.Factors.GetFactors(new GetFactors(AnyLogin.Of(http).Login), stop);
        if (answer.Value is not { } factors) return Refusals.Of(answer.Refused!);
        var since = factors.TotpSince is { } at ? Moments.Date(at, Moments.ZoneOf(tenant)) : null;
        return new Page(new SecurityView(tenant.Name, seen.Staff.Name, tenant.Demo, seen.Level == LoginLevel.Enrol, seen.Fresh, since, factors.RecoveryCodes), "plain.css");
    }
}

/// <summary><paramref name="Enrol"/>: has no factor and may do nothing but set one up. <paramref name="TotpSince"/> is a day, null without an app.</summary>
internal sealed record SecurityView(string Clinic, string Staff, bool Demo, bool Enrol, bool Fresh, string? TotpSince, int RecoveryCodes) : IView
{
    public Type Body => typeof(SecuritySheet);
    public string Title(Texts texts) => texts[Enrol ? "security.enrol.title" : "security.title"];
}

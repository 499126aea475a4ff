using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Web.Admin;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Account;

/// <summary>What a member of staff signs in with, and where they are signed in. Who has no factor yet sees only how to set one up.</summary>
internal static class ShowSecurity
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/security", (HttpContext http, Neighbours neighbours, CancellationToken stop) => Show(http, neighbours, null, false, stop));

    /// <summary>The page again, with what became of a new password.</summary>
    public static async Task<IResult> Show(HttpContext http, Neighbours neighbours, Refusal? refused, bool changed, CancellationToken stop)
    {
        var (seen, secret) = (AnyLogin.Of(http).Seen, AnyLogin.Of(http).Login);
        if ((await neighbours.Identity.GetTenant(new GetTenant(seen.Staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var answer = await neighbours.Factors.GetFactors(new GetFactors(secret), stop);
        if (answer.Value is not { } factors) return Refusals.Of(answer.Refused!);
        var logins = seen.Level == LoginLevel.Full ? (await neighbours.Factors.ListOwnLogins(new ListOwnLogins(secret), stop)).Value?.Logins ?? [] : [];
        var passkeys = (await neighbours.Passkeys.ListPasskeys(new ListPasskeys(secret), stop)).Value?.Passkeys ?? [];
        var zone = Moments.ZoneOf(tenant);
        return new Page(new SecurityView(tenant.Name, seen.Staff, tenant.Demo, seen.Level == LoginLevel.Enrol, seen.Fresh,
            factors.TotpSince is { } at ? Moments.Date(at, zone) : null, factors.RecoveryCodes, [.. passkeys.Select(passkey => PasskeyRow.Of(passkey, zone))], [.. logins.Select(login => LoginRow.Of(login, zone))], seen.Id.ToString(),
            refused is null ? null : $"password.error.{refused.Code}", changed), "plain.css", "passkey.js", refused?.Status ?? StatusCodes.Status200OK);
    }
}

internal sealed record PasskeyRow(string Id, string Name, string Since, string? Used)
{
    public static PasskeyRow Of(PasskeyEntry passkey, TimeZoneInfo zone) =>
        new(passkey.Id, passkey.Name, Moments.Date(passkey.CreatedAt, zone), passkey.UsedAt is { } used ? Moments.DateAndTime(used, zone) : null);
}

/// <summary><paramref name="Enrol"/>: has no factor and may do nothing but set one up. <paramref name="TotpSince"/> is a day, null without an app.
/// <paramref name="Here"/>: the id of this login.</summary>
internal sealed record SecurityView(string Clinic, StaffMember Me, bool Demo, bool Enrol, bool Fresh, string? TotpSince, int RecoveryCodes, IReadOnlyList<PasskeyRow> Passkeys, IReadOnlyList<LoginRow> Logins,
    string Here, string? Error, bool Changed) : IView
{
    public string Staff => Me.Name;
    public string Home => AdminPlaces.FirstOf(Me.Role);
    public Type Body => typeof(SecuritySheet);
    public string Title(Texts texts) => texts[Enrol ? "security.enrol.title" : "security.title"];
}

using System.Globalization;
using System.Security.Claims;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Request = FirstRing.Contracts.Identity.CheckToken;

namespace FirstRing.Identity.OAuth;

/// <summary>What another service's door asks of a token that it was shown. What the token may open is that door's to say.</summary>
internal static class CheckToken
{
    const int Longest = 4_000;

    static readonly Refusal NotValid = new("token-not-valid", "This token is not ours, or it is over.", 401);

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<TokenHolder>>("check-token", Access.By("audit").ForItself(), Handle);

    static async Task<Answer<TokenHolder>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (request.Token.Length is 0 or > Longest || !Uri.TryCreate(request.Door, UriKind.Absolute, out var door) || door.Scheme != Uri.UriSchemeHttps) return NotValid;
        if (await services.GetRequiredService<AuthorizationServer>().Read(request.Token, door, stop) is not var (shown, token)
            || shown.GetClaim(Claims.Subject) is not { } subject || shown.GetClaim(Given.TenantClaim) is not { } tenant) return NotValid;
        var role = default(string);
        if (token.GrantId is { } grant && (role = await services.GetRequiredService<GrantStore>().FindRole(grant, stop)) is null) return NotValid;
        return new TokenHolder(door.AbsoluteUri, subject, AppId.Parse(token.App!, null), TenantId.Parse(tenant, null), role is null ? null : WireName.To<StaffRole>(role),
            [.. shown.GetAudiences()], [.. shown.GetScopes()], [.. shown.GetClaims(Claims.AuthenticationMethodReference)], SignedInAt(shown));
    }

    static long? SignedInAt(ClaimsPrincipal shown) =>
        long.TryParse(shown.GetClaim(Claims.AuthenticationTime), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds * 1_000_000 : null;
}

using System.Security.Claims;
using FirstRing.Identity.Logins;
using Microsoft.IdentityModel.JsonWebTokens;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace FirstRing.Identity.OAuth;

/// <summary>A grant that was just given, with who gave it and how they had signed in. <paramref name="SignedInAt"/> and <paramref name="Ends"/> in UTC microseconds.</summary>
internal sealed record Given(string Id, string Staff, string Tenant, string Name, string Scopes, string Way, long SignedInAt, long Ends)
{
    public const string TenantClaim = "tenant";

    /// <summary>Who a token speaks for. A person's name is in what the person's own application reads, with its scope, and never in a token that is passed on.</summary>
    public ClaimsPrincipal Principal(string? audience, DateTimeOffset now)
    {
        var scopes = Scopes.Split(' ');
        var identity = new ClaimsIdentity("FirstRing").SetClaim(Claims.Subject, Staff).SetClaim(TenantClaim, Tenant).SetClaims(Claims.AuthenticationMethodReference, Methods())
            .SetScopes(scopes).SetAuthorizationId(Id).SetRefreshTokenLifetime(Platform.Ids.Instant.At(Ends) - now);
        identity.AddClaim(new Claim(Claims.AuthenticationTime, (SignedInAt / 1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture), ClaimValueTypes.Integer64));
        if (scopes.Contains(OAuth.Scopes.Profile)) identity.SetClaim(Claims.Name, Name);
        if (audience is not null) identity.SetResources(audience);
        identity.SetDestinations(static _ => [Destinations.AccessToken, Destinations.IdentityToken]);
        return new ClaimsPrincipal(identity);
    }

    // RFC 8176.
    System.Collections.Immutable.ImmutableArray<string> Methods() => Way switch
    {
        Logins.Way.Totp => ["pwd", "otp", "mfa"],
        Logins.Way.Recovery => ["pwd", "mfa"],
        Logins.Way.Passkey => ["pop", "user", "mfa"],
        _ => ["user"],
    };
}

using Microsoft.AspNetCore.Http;

namespace FirstRing.Identity.OAuth;

/// <summary>Where the server is asked, and the names of what it is asked that are ours or SMART's.</summary>
internal static class Endpoints
{
    public const string Authorize = "/oauth/authorize", Token = "/oauth/token", Revoke = "/oauth/revoke", Introspect = "/oauth/introspect", UserInfo = "/oauth/userinfo", Keys = "/oauth/keys",
        OpenIdConfiguration = "/.well-known/openid-configuration", ServerConfiguration = "/.well-known/oauth-authorization-server", FhirBase = "/fhir/R4",
        SmartConfiguration = FhirBase + "/.well-known/smart-configuration";

    /// <summary>The page that asks a person.</summary>
    public const string Page = "/me/apps/ask/";

    public const string Next = "next", RedirectUri = "redirect_uri", Audience = "aud", MaxAge = "max_age";

    /// <summary>What is kept of an authorization request; the rest (hints that can name a person) is not.</summary>
    public static readonly IReadOnlyList<string> Kept =
        ["client_id", RedirectUri, "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", Audience];

    /// <summary>An address at this door, absolute.</summary>
    public static string At(HttpRequest request, string path) => $"https://{request.Host}{path}";
}

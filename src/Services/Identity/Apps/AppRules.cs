using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.OAuth;
using FirstRing.Platform.Http;
using Microsoft.IdentityModel.Tokens;

namespace FirstRing.Identity.Apps;

/// <summary>What the terms of an application must be like, and who may touch them.</summary>
internal static class AppRules
{
    const int LongestName = 100, MostRedirects = 10, LongestRedirect = 500, MostScopes = 40, LongestKeys = 20_000, MostKeys = 8;

    public static readonly Refusal NotAllowed = new("not-allowed", "Only an admin of the clinic may do this.", 403);
    public static readonly Refusal NoSuchApp = new("no-such-app", "There is no such application.", 404);
    public static readonly Refusal NameWrong = new("app-name-wrong", "An application has a name of at most 100 letters.", 422);
    public static readonly Refusal RedirectsWrong = new("app-redirects-wrong", "An application has one to ten addresses to come back to, each https:// and exact; one that acts for itself has none.", 422);
    public static readonly Refusal ScopesWrong = new("app-scopes-wrong", "An application has scopes that its kind can have, at least one.", 422);
    public static readonly Refusal KeysWrong = new("app-keys-wrong", "Public keys are a JSON Web Key Set of RSA keys (2048 bits or more) or P-384 keys, each with its kid and nothing private; a public application has none.", 422);

    /// <summary>The caller in that tenant; null where they are no admin of it.</summary>
    public static Caller? Admin(Caller caller, TenantId tenant) => caller.Role == WireName.Of(StaffRole.Admin) ? caller.Within(tenant.ToString()) : null;

    /// <summary>The terms as they are kept, or why not.</summary>
    public static Answer<AppTerms> Clean(AppTerms terms)
    {
        var name = terms.Name.Trim();
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl)) return NameWrong;
        var redirects = terms.Redirects.Select(redirect => redirect.Trim()).Distinct().ToList();
        if (redirects.Count > MostRedirects || !redirects.All(IsRedirect) || redirects.Count == 0 != (terms.Kind == AppKind.Backend)) return RedirectsWrong;
        var scopes = terms.Scopes.Distinct().Order(StringComparer.Ordinal).ToList();
        if (scopes.Count is 0 or > MostScopes || !scopes.All(scope => Scopes.Fits(scope, terms.Kind))) return ScopesWrong;
        var keys = terms.Keys?.Trim() is { Length: > 0 } given ? given : null;
        if ((keys is null) != (terms.Kind == AppKind.Public) || keys is not null && !AreKeys(keys)) return KeysWrong;
        return new AppTerms(name, terms.Kind, redirects, scopes, keys);
    }

    // Where it runs on the person's own device it may be called back at the loopback address (RFC 8252 §7.3), at a port that is registered too.
    static bool IsRedirect(string text) => text.Length <= LongestRedirect && text.All(letter => letter is > ' ' and < '\x7f')
        && Uri.TryCreate(text, UriKind.Absolute, out var uri) && !text.Contains('#', StringComparison.Ordinal) && uri.UserInfo.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp && uri.Host is "127.0.0.1" or "[::1]");

    static bool AreKeys(string text)
    {
        if (text.Length > LongestKeys) return false;
        try
        {
            var keys = new JsonWebKeySet(text).Keys;
            return keys.Count is > 0 and <= MostKeys && keys.All(IsKey) && keys.Select(key => key.Kid).Distinct().Count() == keys.Count;
        }
        catch (Exception failure) when (failure is ArgumentException or JsonException or FormatException)
        {
            return false;
        }
    }

    static bool IsKey(JsonWebKey key) => key is { HasPrivateKey: false, Kid.Length: > 0 and <= 200 }
        && (key is { Kty: "RSA", N: not null, E: not null } && key.KeySize >= 2048 || key is { Kty: "EC", Crv: "P-384", X: not null, Y: not null });
}

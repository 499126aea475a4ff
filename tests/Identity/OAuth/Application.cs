using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FirstRing.Tests.Identity.OAuth;

/// <summary>An application of somebody's, as its authors would write it: it knows the door and what an admin entered.</summary>
internal sealed class Application(Clinic clinic, App entered, AsymmetricSecurityKey? key = null)
{
    public const string Redirect = "https://app.invalid/back", TokenUrl = "https://localhost/oauth/token", Fhir = "https://localhost/fhir/R4";

    public string Id => entered.Id.ToString();
    public App Entered => entered;
    public string Verifier { get; } = Token.New() + Token.New();
    public string State { get; } = Token.New();

    string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    /// <summary>A clinic with an admin and a clinician who are signed in, and an application that the admin entered.</summary>
    public static async Task<(Clinic Clinic, Application App, SignedIn Person)> Open(Dialect dialect, string[]? scopes = null, AppKind kind = AppKind.Public, AsymmetricSecurityKey? key = null, bool audited = false)
    {
        var clinic = await Clinic.Open(dialect, demo: true, audited);
        var admin = await clinic.SignInWhole("admin");
        var app = await Enter(clinic, admin.Staff, kind, scopes ?? ["openid", "profile", "online_access"], key);
        return (clinic, app, await clinic.SignInWhole());
    }

    public static async Task<Application> Enter(Clinic clinic, StaffMember admin, AppKind kind, string[] scopes, AsymmetricSecurityKey? key = null) => new(clinic,
        (await clinic.AppsOf(admin).AddApp(new AddApp(Token.New(), admin.Tenant, new AppTerms("Chart Helper", kind, kind == AppKind.Backend ? [] : [Redirect], scopes, key is null ? null : KeySet(key))), default)).Value!, key);

    public static string KeySet(AsymmetricSecurityKey key)
    {
        object one = key switch
        {
            RsaSecurityKey { Rsa: { } rsa } => rsa.ExportParameters(false) is var values ? new { kty = "RSA", kid = key.KeyId, n = Base64Url.EncodeToString(values.Modulus!), e = Base64Url.EncodeToString(values.Exponent!) } : throw new InvalidOperationException(),
            ECDsaSecurityKey { ECDsa: { } ec } => ec.ExportParameters(false) is var values ? new { kty = "EC", crv = "P-384", kid = key.KeyId, x = Base64Url.EncodeToString(values.Q.X!), y = Base64Url.EncodeToString(values.Q.Y!) } : throw new InvalidOperationException(),
            _ => throw new InvalidOperationException(),
        };
        return JsonSerializer.Serialize(new { keys = new[] { one } });
    }

    /// <summary>The parameters of an authorization request; null takes one away.</summary>
    public Dictionary<string, string> Request(string scope, params (string Name, string? Value)[] other)
    {
        var all = new Dictionary<string, string>
        {
            ["client_id"] = Id, ["response_type"] = "code", ["redirect_uri"] = Redirect, ["scope"] = scope, ["state"] = State, ["nonce"] = "n-1", ["code_challenge"] = Challenge, ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in other)
            if (value is null) all.Remove(name);
            else all[name] = value;
        return all;
    }

    public Task<HttpResponseMessage> Authorize(string scope, params (string, string?)[] other) => clinic.Door.Ask(QueryHelpers.AddQueryString("/oauth/authorize", Request(scope, other)!));

    /// <summary>Asks; the secret of the page that asks the person.</summary>
    public async Task<string> Begin(string scope, params (string, string?)[] other)
    {
        var answer = await Authorize(scope, other);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        var page = answer.Headers.Location!.OriginalString;
        Assert.StartsWith("/me/apps/ask/", page, StringComparison.Ordinal);
        return page["/me/apps/ask/".Length..];
    }

    /// <summary>The person answers; what the browser then brings to the application.</summary>
    public async Task<Dictionary<string, string>> Answer(string ask, string login, bool allow = true)
    {
        var decided = (await clinic.Apps.DecideAsk(new DecideAsk(login, ask, allow), default)).Value!;
        return Brought(await clinic.Door.Ask(decided.Next));
    }

    public static Dictionary<string, string> Brought(HttpResponseMessage answer)
    {
        var back = answer.Headers.Location!;
        Assert.Equal(Redirect, back.GetLeftPart(UriPartial.Path));
        return QueryHelpers.ParseQuery(back.Query).ToDictionary(each => each.Key, each => each.Value.ToString());
    }

    /// <summary>The error of an authorization request, wherever it is said.</summary>
    public static async Task<string> Error(HttpResponseMessage answer) => answer.Headers.Location is not null ? Brought(answer)["error"]
        : (await answer.Content.ReadAsStringAsync()).Split('\n')[0].Split(':')[1].Trim();

    /// <summary>A code, from asking to coming back.</summary>
    public async Task<string> Code(string login, string scope, params (string, string?)[] other) => (await Answer(await Begin(scope, other), login))["code"];

    public Task<Reply> Redeem(string code, params (string, string?)[] other) =>
        Post("/oauth/token", [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Redirect), ("code_verifier", Verifier), .. other]);

    public Task<Reply> Refresh(string token) => Post("/oauth/token", [("grant_type", "refresh_token"), ("refresh_token", token)]);

    /// <summary>A form to the server with who asks: a public application says its id, another shows an assertion.</summary>
    public async Task<Reply> Post(string path, params (string Name, string? Value)[] values)
    {
        var form = new Dictionary<string, string>();
        if (key is null) form["client_id"] = Id;
        else (form["client_assertion_type"], form["client_assertion"]) = ("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", Assertion());
        foreach (var (name, value) in values)
            if (value is null) form.Remove(name);
            else form[name] = value;
        return await Reply.Of(await clinic.Door.Ask(path, form));
    }

    /// <summary>As SMART App Launch has it, but for what is given.</summary>
    public string Assertion(string audience = TokenUrl, string? algorithm = null, string? jti = null, TimeSpan? life = null, string type = "JWT", AsymmetricSecurityKey? by = null, string? subject = null)
    {
        var signing = by ?? key!;
        var now = clinic.Store.Clock.GetUtcNow();
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Id, Audience = audience, TokenType = type,
            Claims = new Dictionary<string, object> { ["sub"] = subject ?? Id, ["jti"] = jti ?? Token.New(), ["exp"] = (now + (life ?? TimeSpan.FromMinutes(4))).ToUnixTimeSeconds() },
            SigningCredentials = new SigningCredentials(signing, algorithm ?? (signing is RsaSecurityKey ? SecurityAlgorithms.RsaSha384 : SecurityAlgorithms.EcdsaSha384)),
        });
    }

    public async Task<Reply> UserInfo(string token) => await Reply.Of(await clinic.Door.Ask("/oauth/userinfo", bearer: token));
}

/// <summary>What the server answered an application.</summary>
internal sealed record Reply(int Status, JsonElement Body, HttpResponseMessage Raw)
{
    public string? this[string name] => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(name, out var value) ? value.ToString() : null;
    public string Access => this["access_token"]!;
    public string RefreshToken => this["refresh_token"]!;
    public string? Error => this["error"];

    public static async Task<Reply> Of(HttpResponseMessage raw)
    {
        var text = await raw.Content.ReadAsStringAsync();
        return new Reply((int)raw.StatusCode, text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default, raw);
    }
}

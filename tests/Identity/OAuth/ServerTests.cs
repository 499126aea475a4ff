using System.Net;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.IdentityModel.JsonWebTokens;

namespace FirstRing.Tests.Identity.OAuth;

/// <summary>What the server says of itself, and its own keys.</summary>
public sealed class ServerTests
{
    const string All = "openid online_access";

    static async Task<JsonElement> Read(Clinic clinic, string path)
    {
        var answer = await clinic.Door.Ask(path);
        Assert.Equal((HttpStatusCode.OK, "*"), (answer.StatusCode, answer.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    static List<string> List(JsonElement document, string name) => [.. document.GetProperty(name).EnumerateArray().Select(each => each.GetString()!).Order(StringComparer.Ordinal)];

    static async Task<List<string>> KeyIds(Clinic clinic) => [.. (await Read(clinic, "/oauth/keys")).GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString()!)];

    [Fact]
    public async Task What_it_says_of_itself_is_what_it_does()
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        var known = await Read(clinic, "/.well-known/openid-configuration");
        Assert.Equal("https://localhost/", known.GetProperty("issuer").GetString());
        Assert.Equal(["code"], List(known, "response_types_supported"));
        Assert.Equal(["query"], List(known, "response_modes_supported"));
        Assert.Equal(["S256"], List(known, "code_challenge_methods_supported"));
        Assert.Equal(["authorization_code", "client_credentials", "refresh_token"], List(known, "grant_types_supported"));
        Assert.Equal(["private_key_jwt"], List(known, "token_endpoint_auth_methods_supported"));
        Assert.False(known.TryGetProperty("registration_endpoint", out _) || known.TryGetProperty("end_session_endpoint", out _));

        var smart = await Read(clinic, "/fhir/R4/.well-known/smart-configuration");
        foreach (var name in (string[])["issuer", "jwks_uri", "authorization_endpoint", "token_endpoint", "revocation_endpoint", "introspection_endpoint"])
            Assert.Equal(known.GetProperty(name).GetString(), smart.GetProperty(name).GetString());
        Assert.Equal(List(known, "scopes_supported"), List(smart, "scopes_supported"));
    }

    [Fact]
    public async Task Nobody_registers_an_application_or_signs_others_out_here()
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        foreach (var path in (string[])["/oauth/register", "/connect/register", "/oauth/logout", "/oauth/device", "/oauth/par"])
            foreach (var form in (Dictionary<string, string>?[])[null, new() { ["redirect_uris"] = "https://evil.invalid/" }])
                Assert.Contains((await clinic.Door.Ask(path, form)).StatusCode, (HttpStatusCode[])[HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed]);
    }

    [Theory, BothDialects]
    public async Task Its_keys_rotate_and_what_was_given_before_still_holds(Dialect dialect)
    {
        var (clinic, app, person) = await Application.Open(dialect, ["openid", "offline_access"]);
        await using var _ = clinic;
        var first = Assert.Single(await KeyIds(clinic));
        clinic.Store.Clock.AdjustTime(clinic.Store.Clock.GetUtcNow() + TimeSpan.FromDays(89.5)); // without a beat of each watch on the way; the next one is there, and waits
        person = await clinic.SignInWhole();
        var given = await app.Redeem(await app.Code(person.Login, "openid offline_access"));
        var both = await KeyIds(clinic);
        Assert.Equal((2, first), (both.Count, new JsonWebToken(given["id_token"]!).Kid));

        clinic.Store.Clock.AdjustTime(clinic.Store.Clock.GetUtcNow() + TimeSpan.FromDays(1));
        var later = await app.Refresh(given.RefreshToken);
        Assert.Equal(both.Single(key => key != first), new JsonWebToken(later["id_token"]!).Kid);
        Assert.Equal(both.Order(StringComparer.Ordinal), (await KeyIds(clinic)).Order(StringComparer.Ordinal));

        clinic.Store.Clock.AdjustTime(clinic.Store.Clock.GetUtcNow() + TimeSpan.FromDays(32));
        Assert.DoesNotContain(first, await KeyIds(clinic));
    }

    [Theory, BothDialects]
    public async Task Its_keys_lie_sealed_and_a_restart_finds_them(Dialect dialect)
    {
        var (clinic, app, person) = await Application.Open(dialect);
        await using var _ = clinic;
        var given = await app.Redeem(await app.Code(person.Login, All));
        var before = await KeyIds(clinic);
        await clinic.Restart(demo: true);
        Assert.Equal(before, await KeyIds(clinic));
        Assert.Equal(200, (await app.UserInfo(given.Access)).Status);
        // A key in clear would begin as PKCS #8 does.
        Assert.All(await clinic.Store.Store.ReadList<byte[]>("SELECT sealed FROM oauth_keys", null, default), blob => Assert.False(blob.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x30, 0x82]) == 0));
        Assert.Equal(2, (await clinic.Store.Store.ReadList<string>("SELECT purpose FROM oauth_keys", null, default)).Count);
    }
}

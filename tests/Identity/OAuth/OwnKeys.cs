using System.Security.Cryptography;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.IdentityModel.Tokens;

namespace FirstRing.Tests.Identity.OAuth;

/// <summary>Applications with a key of their own show by assertions who they are: private_key_jwt as SMART App Launch has it.</summary>
public sealed class OwnKeys
{
    const string Own = "system/Observation.rs";
    static readonly (string, string?)[] Backend = [("grant_type", "client_credentials"), ("scope", Own)];

    static RsaSecurityKey Rsa(int bits = 2048) => new(RSA.Create(bits)) { KeyId = Token.New() };
    static ECDsaSecurityKey Ec() => new(ECDsa.Create(ECCurve.NamedCurves.nistP384)) { KeyId = Token.New() };

    [Theory, BothDialects]
    public async Task A_backend_gets_its_own_scopes_by_either_kind_of_key(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var admin = (await clinic.SignInWhole("admin")).Staff;
        foreach (var key in (AsymmetricSecurityKey[])[Rsa(), Ec()])
        {
            var app = await Application.Enter(clinic, admin, AppKind.Backend, ["system/*.rs"], key);
            var given = await app.Post("/oauth/token", Backend);
            Assert.Equal((200, Own, "300"), (given.Status, given["scope"], given["expires_in"]));
            Assert.Null(given["refresh_token"]);
            var known = await app.Post("/oauth/introspect", ("token", given.Access));
            Assert.Equal(("True", Own, app.Id, app.Id), (known["active"], known["scope"], known["client_id"], known["sub"]));
            Assert.Equal("invalid_scope", (await app.Post("/oauth/token", [.. Backend, ("scope", "system/Observation.cruds")])).Error);
            Assert.Equal("invalid_scope", (await app.Post("/oauth/token", [.. Backend, ("scope", "user/Observation.rs")])).Error);

            await clinic.AppsOf(admin).EndApp(new EndApp(admin.Tenant, app.Entered.Id), default);
            Assert.Equal("invalid_client", (await app.Post("/oauth/token", Backend)).Error);
        }
    }

    [Theory, BothDialects]
    public async Task An_assertion_counts_once_for_minutes_for_this_server_and_by_the_right_key(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var admin = (await clinic.SignInWhole("admin")).Staff;
        var key = Rsa();
        var app = await Application.Enter(clinic, admin, AppKind.Backend, [Own], key);
        var other = await Application.Enter(clinic, admin, AppKind.Backend, [Own], Rsa());
        Task<Reply> Show(string? assertion) => app.Post("/oauth/token", [.. Backend, ("client_assertion", assertion)]);

        var right = app.Assertion();
        Assert.Equal(200, (await Show(right)).Status);
        Assert.Equal("invalid_client", (await Show(right)).Error); // shown before
        Assert.Equal(200, (await Show(app.Assertion(type: "client-authentication+jwt"))).Status);
        foreach (var wrong in (string?[])
        [
            app.Assertion(audience: "https://localhost/oauth/token/"), app.Assertion(audience: "https://evil.invalid/oauth/token"), app.Assertion(audience: "https://localhost/oauth"),
            app.Assertion(life: TimeSpan.FromMinutes(6)), app.Assertion(life: TimeSpan.FromMinutes(-6)), app.Assertion(jti: ""),
            app.Assertion(algorithm: SecurityAlgorithms.RsaSha256), app.Assertion(algorithm: SecurityAlgorithms.RsaSsaPssSha384), app.Assertion(by: Rsa()), app.Assertion(by: Ec()), app.Assertion(subject: other.Id), app.Assertion(type: "at+jwt"),
            right[..^4] + "AAAA", right[..(right.LastIndexOf('.') + 1)], "x", null,
        ])
        {
            var refused = await Show(wrong);
            Assert.True(refused.Status is 400 or 401 && refused.Error is "invalid_client" or "invalid_request" or "invalid_token" or "invalid_grant", $"{refused.Status} {refused.Error} of {wrong}");
        }
    }

    [Fact]
    public async Task A_confidential_application_shows_its_key_wherever_it_asks()
    {
        var key = Ec();
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite, ["openid", "online_access"], AppKind.Confidential, key);
        await using var _ = clinic;
        var code = await app.Code(person.Login, "openid online_access");
        (string, string?)[] bare = [("client_assertion", null), ("client_assertion_type", null), ("client_id", app.Id)];
        Assert.Equal("invalid_client", (await app.Redeem(code, bare)).Error);
        Assert.Equal("invalid_client", (await app.Redeem(code, [.. bare, ("client_secret", "x")])).Error);
        var given = await app.Redeem(code);
        Assert.Equal(200, given.Status);
        foreach (var path in (string[])["/oauth/revoke", "/oauth/introspect"])
            Assert.Equal("invalid_client", (await app.Post(path, [.. bare, ("token", given.Access)])).Error);
        Assert.Equal("invalid_client", (await app.Post("/oauth/token", [.. bare, ("grant_type", "refresh_token"), ("refresh_token", given.RefreshToken)])).Error);
        Assert.Equal("unauthorized_client", (await app.Post("/oauth/token", Backend)).Error);
        Assert.Equal("True", (await app.Post("/oauth/introspect", ("token", given.Access)))["active"]);

        var stranger = await Application.Enter(clinic, (await clinic.SignInWhole("admin")).Staff, AppKind.Backend, [Own], Rsa());
        Assert.Equal("False", (await stranger.Post("/oauth/introspect", ("token", given.Access)))["active"]);
        Assert.NotEqual("True", (await stranger.Post("/oauth/introspect", ("token", given.Access), ("client_id", app.Id)))["active"]);
        Assert.True((await stranger.Post("/oauth/revoke", ("token", given.Access))).Status < 500);
        Assert.Equal(200, (await app.UserInfo(given.Access)).Status);
        Assert.Contains(await Application.Error(await stranger.Authorize("openid")), (string[])["unauthorized_client", "invalid_request"]);
    }

    [Fact]
    public async Task Terms_are_what_they_must_be()
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite, demo: true);
        var admin = (await clinic.SignInWhole("admin")).Staff;
        var keys = Application.KeySet(Rsa());
        var fine = new AppTerms("Chart Helper", AppKind.Confidential, [Application.Redirect], ["openid"], keys);
        async Task<string?> Refused(AppTerms terms) => (await clinic.AppsOf(admin).AddApp(new AddApp(Token.New(), admin.Tenant, terms), default)).Refused?.Code;

        Assert.Null(await Refused(fine));
        Assert.Null(await Refused(fine with { Redirects = ["http://127.0.0.1:4711/back"] }));
        foreach (var name in (string[])["", " ", new string('a', 101), "a\nb"]) Assert.Equal("app-name-wrong", await Refused(fine with { Name = name }));
        foreach (var redirect in (string[])["http://app.invalid/back", "https://app.invalid/back#x", "https://user@app.invalid/", "javascript:alert(1)", "app.invalid", "/back", "https://app.invalid/a b", "com.app:/back"])
            Assert.Equal("app-redirects-wrong", await Refused(fine with { Redirects = [redirect] }));
        Assert.Equal("app-redirects-wrong", await Refused(fine with { Redirects = [] }));
        foreach (var scope in (string[])["system/*.rs", "patient/*.rs", "user/Observation.sr", "user/Observation.", "admin", "user/Observation.rs?category=x"]) Assert.Equal("app-scopes-wrong", await Refused(fine with { Scopes = [scope] }));
        Assert.Equal("app-scopes-wrong", await Refused(fine with { Scopes = [] }));
        Assert.Equal("app-scopes-wrong", await Refused(fine with { Kind = AppKind.Backend, Redirects = [] }));
        using var private1 = RSA.Create(2048);
        var withPrivate = JsonSerializer.Serialize(new { keys = new[] { JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(private1.ExportParameters(true)) { KeyId = "1" }) } }, JsonSerializerOptions.Web);
        foreach (var wrong in (string?[])[null, "", "x", "{}", """{"keys":[]}""", Application.KeySet(Rsa(1024)), withPrivate, """{"keys":[{"kty":"oct","kid":"1","k":"AAAA"}]}"""]) Assert.Equal("app-keys-wrong", await Refused(fine with { Keys = wrong }));
        Assert.Equal("app-keys-wrong", await Refused(fine with { Kind = AppKind.Public }));

    }

    [Fact]
    public async Task An_application_is_entered_once_and_ended_for_good()
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite, demo: true);
        var admin = (await clinic.SignInWhole("admin")).Staff;
        var terms = new AppTerms("Chart Helper", AppKind.Public, [Application.Redirect], ["openid"]);
        var app = (await clinic.AppsOf(admin).AddApp(new AddApp("k1", admin.Tenant, terms), default)).Value!;
        Assert.Equal(app.Id, (await clinic.AppsOf(admin).AddApp(new AddApp("k1", admin.Tenant, terms), default)).Value!.Id);
        Assert.Equal("idempotency-mismatch", (await clinic.AppsOf(admin).AddApp(new AddApp("k1", admin.Tenant, terms with { Name = "Another" }), default)).Refused?.Code);
        var ended = (await clinic.AppsOf(admin).EndApp(new EndApp(admin.Tenant, app.Id), default)).Value!;
        Assert.Equal(ended, (await clinic.AppsOf(admin).EndApp(new EndApp(admin.Tenant, app.Id), default)).Value! with { Terms = ended.Terms });
        Assert.Equal("no-such-app", (await clinic.AppsOf(admin).EndApp(new EndApp(admin.Tenant, new AppId(Guid.NewGuid())), default)).Refused?.Code);
        Assert.NotNull(Assert.Single((await clinic.AppsOf(admin).ListApps(new ListApps(admin.Tenant), default)).Value!.Apps).EndedAt);
    }
}

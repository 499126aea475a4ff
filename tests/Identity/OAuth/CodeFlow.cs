using System.Net;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.OAuth;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace FirstRing.Tests.Identity.OAuth;

/// <summary>An application asks, a person grants, and the application gets what was granted: a code once, tokens for minutes, renewed for as long as the grant.</summary>
public sealed class CodeFlow
{
    const string All = "openid profile online_access";

    [Theory, BothDialects]
    public async Task What_a_person_grants_the_application_gets(Dialect dialect)
    {
        var (clinic, app, person) = await Application.Open(dialect);
        await using var _ = clinic;
        var ask = await app.Begin(All);
        var seen = (await clinic.Apps.LookAsk(new LookAsk(person.Login, ask), default)).Value!;
        Assert.Equal(("Chart Helper", "app.invalid", false, clinic.Now + 12 * Clinic.Hour), (seen.App, seen.Back, seen.Offline, seen.Ends));
        Assert.Equal(All.Split(' '), seen.Scopes);

        var brought = await app.Answer(ask, person.Login);
        Assert.Equal((app.State, "https://localhost/"), (brought["state"], brought["iss"]));
        var given = await app.Redeem(brought["code"]);

        Assert.Equal(200, given.Status);
        Assert.Equal(("Bearer", "600", All), (given["token_type"], given["expires_in"], given["scope"]));
        Assert.Equal("no-store", given.Raw.Headers.CacheControl!.ToString());
        Assert.Equal("no-cache", given.Raw.Headers.Pragma.ToString());
        var who = await app.UserInfo(given.Access);
        Assert.Equal((200, person.Staff.Id.ToString(), person.Staff.Name), (who.Status, who["sub"], who["name"]));
        var identity = new JsonWebToken(given["id_token"]!);
        Assert.Equal((person.Staff.Id.ToString(), app.Id, "https://localhost/", "n-1", "RS256"), (identity.Subject, identity.Audiences.Single(), identity.Issuer, identity.GetClaim("nonce").Value, identity.Alg));
        Assert.Equal(["mfa", "otp", "pwd"], identity.Claims.Where(claim => claim.Type == "amr").Select(claim => claim.Value).Order(StringComparer.Ordinal));
        Assert.True(identity.TryGetPayloadValue<long>("auth_time", out var at) && at <= clinic.Now / 1_000_000);

        foreach (var secret in (string[])[brought["code"], given.Access, given.RefreshToken, given["id_token"]!, ask]) Assert.False(await clinic.Store.Holds(secret));
    }

    [Fact]
    public async Task Somebody_who_says_no_gives_nothing()
    {
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite);
        await using var _ = clinic;
        var brought = await app.Answer(await app.Begin(All), person.Login, allow: false);
        Assert.Equal(("access_denied", app.State), (brought["error"], brought["state"]));
        Assert.DoesNotContain("code", brought.Keys);
    }

    [Fact]
    public async Task A_redirect_is_the_registered_text_or_nothing()
    {
        var (clinic, app, _) = await Application.Open(Dialect.Sqlite);
        await using var __ = clinic;
        foreach (var redirect in (string?[])["https://app.invalid/back/", "https://app.invalid/back?x=1", "https://APP.invalid/back", "https://app.invalid/%62ack", "https://app.invalid/back/../back",
            "https://app.invalid:443/back", "https://app.invalid/back#x", "https://app.invalid.evil.invalid/back", "https://evil.invalid/back", "http://app.invalid/back", null])
        {
            var answer = await app.Authorize(All, ("redirect_uri", redirect));
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Null(answer.Headers.Location);
        }
        Assert.Equal(HttpStatusCode.SeeOther, (await app.Authorize(All)).StatusCode);
    }

    [Theory, BothDialects]
    public async Task A_code_used_twice_ends_what_it_gave(Dialect dialect)
    {
        var (clinic, app, person) = await Application.Open(dialect);
        await using var _ = clinic;
        var code = await app.Code(person.Login, All);
        var given = await app.Redeem(code);
        Assert.Equal(200, (await app.UserInfo(given.Access)).Status);

        var again = await app.Redeem(code);

        Assert.Equal((400, "invalid_grant"), (again.Status, again.Error));
        Assert.Equal(401, (await app.UserInfo(given.Access)).Status);
        Assert.Equal("invalid_grant", (await app.Refresh(given.RefreshToken)).Error);
    }

    [Theory, BothDialects]
    public async Task Of_two_that_redeem_a_code_at_once_neither_keeps_anything(Dialect dialect)
    {
        var (clinic, app, person) = await Application.Open(dialect);
        await using var _ = clinic;
        var code = await app.Code(person.Login, All);
        var both = await Task.WhenAll(app.Redeem(code), app.Redeem(code));
        Assert.True(both.Count(reply => reply.Status == 200) <= 1);
        Assert.Contains(both, reply => reply.Error == "invalid_grant");
        foreach (var won in both.Where(reply => reply.Status == 200)) Assert.Equal(401, (await app.UserInfo(won.Access)).Status);
    }

    // As above, without luck: both requests have read the token before either uses it up.
    [Theory, BothDialects]
    public async Task Of_two_requests_that_read_a_token_together_the_second_cannot_use_it_and_the_grant_ends(Dialect dialect)
    {
        var (clinic, app, person) = await Application.Open(dialect);
        await using var _ = clinic;
        var given = await app.Redeem(await app.Code(person.Login, All));
        var tokens = new TokenStore(clinic.Store.Store);
        var id = (await clinic.Store.Store.ReadOne<string>("SELECT id FROM oauth_tokens WHERE type = @type", new { type = TokenTypeIdentifiers.RefreshToken }, default))!;
        var (one, other) = ((await tokens.Find(id, default))!, (await tokens.Find(id, default))!);
        one.Status = other.Status = Statuses.Redeemed;
        Assert.True(await tokens.Update(one, default));
        Assert.Equal(200, (await app.UserInfo(given.Access)).Status);
        Assert.False(await tokens.Update(other, default));
        Assert.Equal(401, (await app.UserInfo(given.Access)).Status);
    }

    // The other order: the second request comes when the first has used the code up and not yet given anything.
    [Theory, BothDialects]
    public async Task What_is_given_after_a_code_was_seen_twice_is_worth_nothing(Dialect dialect)
    {
        var (clinic, app, person) = await Application.Open(dialect);
        await using var _ = clinic;
        var given = await app.Redeem(await app.Code(person.Login, All));
        var tokens = new TokenStore(clinic.Store.Store);
        var grant = (await clinic.Store.Store.ReadOne<string>("SELECT id FROM oauth_grants", null, default))!;
        await tokens.RevokeUnder(grant, default);
        await clinic.Store.Store.Commit(new FirstRing.Platform.Http.Caller("identity", null), transaction => transaction.Execute("UPDATE oauth_tokens SET status = 'valid' WHERE type = @type",
            new { type = TokenTypeIdentifiers.AccessToken }), default);
        Assert.Equal(401, (await app.UserInfo(given.Access)).Status);
    }

    [Fact]
    public async Task A_code_is_good_for_a_minute()
    {
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite);
        await using var _ = clinic;
        var code = await app.Code(person.Login, All);
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("invalid_grant", (await app.Redeem(code)).Error);
    }

    [Theory, BothDialects]
    public async Task Refresh_tokens_rotate_and_one_used_twice_ends_them_all(Dialect dialect)
    {
        var (clinic, app, person) = await Application.Open(dialect);
        await using var _ = clinic;
        var first = await app.Redeem(await app.Code(person.Login, All));
        var second = await app.Refresh(first.RefreshToken);
        Assert.Equal((200, All), (second.Status, second["scope"]));
        Assert.NotEqual(first.RefreshToken, second.RefreshToken);

        Assert.Equal("invalid_grant", (await app.Refresh(first.RefreshToken)).Error);

        Assert.Equal("invalid_grant", (await app.Refresh(second.RefreshToken)).Error);
        Assert.Equal(401, (await app.UserInfo(second.Access)).Status);
    }

    [Fact]
    public async Task Refreshing_does_not_put_off_the_end_of_a_grant()
    {
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite, ["openid", "offline_access"]);
        await using var _ = clinic;
        var token = (await app.Redeem(await app.Code(person.Login, "openid offline_access"))).RefreshToken;
        for (var day = 0; day < 29; day++)
        {
            clinic.Store.Clock.AdjustTime(clinic.Store.Clock.GetUtcNow() + TimeSpan.FromDays(1));
            token = (await app.Refresh(token)).RefreshToken;
        }
        clinic.Store.Clock.AdjustTime(clinic.Store.Clock.GetUtcNow() + TimeSpan.FromDays(1));
        Assert.Equal("invalid_grant", (await app.Refresh(token)).Error);
    }

    [Fact]
    public async Task Proof_of_key_is_asked_for_by_S256_alone()
    {
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite);
        await using var _ = clinic;
        foreach (var (challenge, method) in ((string?, string?)[])[(null, null), (null, "S256"), (app.Verifier, "plain"), (app.Verifier, null), ("x", "none")])
            Assert.Equal("invalid_request", await Application.Error(await app.Authorize(All, ("code_challenge", challenge), ("code_challenge_method", method))));
        foreach (var wrong in (string?[])[null, "", Token.New() + Token.New()])
            Assert.Contains((await app.Redeem(await app.Code(person.Login, All), ("code_verifier", wrong))).Error, (string[])["invalid_grant", "invalid_request"]);
    }

    [Fact]
    public async Task Only_a_code_is_answered()
    {
        var (clinic, app, _) = await Application.Open(Dialect.Sqlite);
        await using var __ = clinic;
        foreach (var kind in (string[])["token", "id_token", "id_token token", "code id_token", "code token", "code id_token token", "none"])
            Assert.Contains(await Application.Error(await app.Authorize(All, ("response_type", kind))), (string[])["unsupported_response_type", "unauthorized_client"]);
        foreach (var mode in (string[])["fragment", "form_post"])
            Assert.Equal("invalid_request", await Application.Error(await app.Authorize(All, ("response_mode", mode))));
    }

    [Fact]
    public async Task Passwords_and_other_grants_are_not_taken()
    {
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite);
        await using var _ = clinic;
        var (email, password, _) = clinic.DemoSignIn();
        Assert.Equal("unsupported_grant_type", (await app.Post("/oauth/token", ("grant_type", "password"), ("username", email), ("password", password), ("scope", "openid"))).Error);
        Assert.Equal("unsupported_grant_type", (await app.Post("/oauth/token", ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", "x"))).Error);
        Assert.Contains((await app.Post("/oauth/token", ("grant_type", "client_credentials"), ("scope", "system/*.rs"))).Error, (string[])["unauthorized_client", "invalid_client", "invalid_request"]);
    }

    [Fact]
    public async Task An_application_gets_no_scope_that_it_was_not_entered_with()
    {
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite, ["openid", "user/Observation.rs"]);
        await using var _ = clinic;
        foreach (var wanted in (string[])["openid profile", "offline_access", "user/Observation.cruds", "user/*.rs", "user/Patient.r", "system/Observation.rs", "patient/Observation.rs", "user/Observation.sr", "admin"])
            Assert.Contains(await Application.Error(await app.Authorize(wanted, ("aud", Application.Fhir))), (string[])["invalid_scope", "invalid_request"]);

        var given = await app.Redeem(await app.Code(person.Login, "openid user/Observation.r", ("aud", Application.Fhir)));
        Assert.Equal((200, "openid user/Observation.r"), (given.Status, given["scope"]));
        Assert.Null(given["refresh_token"]);
    }

    [Fact]
    public async Task Resources_are_asked_for_at_this_server_by_its_exact_name()
    {
        var (clinic, app, _) = await Application.Open(Dialect.Sqlite, ["user/Observation.rs"]);
        await using var __ = clinic;
        foreach (var audience in (string?[])[null, "https://evil.invalid/fhir/R4", "https://localhost/fhir/R4/", "https://localhost/fhir"])
            Assert.Equal("invalid_request", await Application.Error(await app.Authorize("user/Observation.rs", ("aud", audience))));
    }

    [Fact]
    public async Task Asking_by_post_and_from_another_site_is_taken()
    {
        var (clinic, app, _) = await Application.Open(Dialect.Sqlite);
        await using var __ = clinic;
        var answer = await clinic.Door.Ask("/oauth/authorize", app.Request(All), origin: "https://app.invalid");
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        var token = await clinic.Door.Ask("/oauth/token", new Dictionary<string, string> { ["client_id"] = app.Id, ["grant_type"] = "authorization_code", ["code"] = "x", ["redirect_uri"] = Application.Redirect, ["code_verifier"] = app.Verifier }, origin: "https://app.invalid");
        Assert.Equal((HttpStatusCode.BadRequest, "*"), (token.StatusCode, token.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        Assert.Equal(HttpStatusCode.NoContent, (await clinic.Door.Ask("/oauth/userinfo", origin: "https://app.invalid", method: HttpMethod.Options)).StatusCode);
    }

    [Fact]
    public async Task Under_another_name_the_server_is_not_there()
    {
        var (clinic, app, _) = await Application.Open(Dialect.Sqlite);
        await using var __ = clinic;
        foreach (var path in (string[])["/.well-known/openid-configuration", "/fhir/R4/.well-known/smart-configuration", "/oauth/keys", QueryHelpers.AddQueryString("/oauth/authorize", app.Request(All)!)])
            Assert.Equal(HttpStatusCode.NotFound, (await clinic.Door.Ask(path, host: "evil.invalid")).StatusCode);
    }
}

using System.Security.Cryptography;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.IdentityModel.Tokens;

namespace FirstRing.Tests.Identity.OAuth;

/// <summary>The audit log's FHIR door, with tokens that identity gave: for whom, for what, and until when.</summary>
public sealed class AuditDoor
{
    const string Events = "/fhir/R4/AuditEvent", User = "user/AuditEvent.rs", System = "system/AuditEvent.rs";

    static readonly string[] Mine = ["openid", "online_access", "offline_access", User, "user/Patient.rs"];

    static async Task<Reply> Ask(Clinic clinic, string? token, string path = Events, string host = "localhost") => await Reply.Of(await clinic.Door.Ask(path, bearer: token, host: host));

    static string? Code(Reply reply) => reply.Body.GetProperty("resourceType").GetString() == "OperationOutcome"
        ? reply.Body.GetProperty("issue")[0].GetProperty("details").GetProperty("coding")[0].GetProperty("code").GetString()
        : null;

    static async Task<string> Given(Application app, string login, string scope) => (await app.Redeem(await app.Code(login, scope, ("aud", Application.Fhir)))).Access;

    static async Task<Application> Backend(Clinic clinic, StaffMember admin, params string[] scopes) =>
        await Application.Enter(clinic, admin, AppKind.Backend, scopes, new RsaSecurityKey(RSA.Create(2048)) { KeyId = Token.New() });

    static async Task<string> Own(Application app, string scope) => (await app.Post("/oauth/token", ("grant_type", "client_credentials"), ("scope", scope))).Access;

    [Theory, BothDialects]
    public async Task An_application_of_the_clinic_and_an_admin_read_the_log_and_the_reading_is_in_it(Dialect dialect)
    {
        var (clinic, app, clinician) = await Application.Open(dialect, Mine, audited: true);
        await using var _ = clinic;
        var admin = await clinic.SignInWhole("admin");
        var backend = await Backend(clinic, admin.Staff, System);
        await clinic.Logged();

        var own = await Own(backend, System);
        var all = await Ask(clinic, own);
        Assert.Equal((200, "Bundle"), (all.Status, all["resourceType"]));
        var first = all.Body.GetProperty("entry")[0].GetProperty("resource");
        Assert.Equal(200, (await Ask(clinic, own, $"{Events}/{first.GetProperty("id").GetString()}")).Status);
        var his = await Given(app, admin.Login, $"openid {User}");
        Assert.Equal(200, (await Ask(clinic, his)).Status);
        Assert.Equal("not-allowed", Code(await Ask(clinic, await Given(app, clinician.Login, $"openid {User}"))));

        // Whoever it was is told from every other by what the token says of them, and no other use is made of it.
        await clinic.Logged(clinic.Log);
        foreach (var (actor, token) in ((string, string)[])[(backend.Id, own), (admin.Staff.Id.ToString(), his)])
        {
            var found = await Ask(clinic, token, $"{Events}?agent={actor}&_count=200");
            Assert.Contains(found.Body.GetProperty("entry").EnumerateArray(), entry => entry.GetProperty("resource").GetProperty("subtype").EnumerateArray().Any(type => type.GetProperty("code").GetString() == "search-log"));
        }
        Assert.Equal(404, (await Ask(clinic, own, "/fhir/R4/Patient")).Status);
        Assert.NotEqual(200, (await backend.UserInfo(own)).Status);
    }

    [Fact]
    public async Task A_token_for_another_scope_or_place_or_of_another_kind_opens_nothing()
    {
        var (clinic, app, _) = await Application.Open(Dialect.Sqlite, Mine, audited: true);
        await using var __ = clinic;
        var admin = await clinic.SignInWhole("admin");
        var backend = await Backend(clinic, admin.Staff, System, "system/Patient.rs");
        async Task Refused(string why, string token, string path = Events) => Assert.Equal(why, Code(await Ask(clinic, token, path)));

        await Refused("scope-missing", await Own(backend, "system/Patient.rs"));
        await Refused("scope-missing", await Own(backend, "system/AuditEvent.s"), $"{Events}/1");
        await Refused("scope-missing", await Own(backend, "system/AuditEvent.r"));
        await Refused("scope-missing", await Given(app, admin.Login, "openid user/Patient.rs"));
        await Refused("token-for-another", (await app.Redeem(await app.Code(admin.Login, "openid"))).Access); // for userinfo alone: no audience
        var given = await app.Redeem(await app.Code(admin.Login, $"openid online_access {User}", ("aud", Application.Fhir)));
        await Refused("token-not-valid", given.RefreshToken);
        await Refused("token-not-valid", given["id_token"]!);
        await Refused("token-not-valid", admin.Login);
        await Refused("token-not-valid", Token.New());
        Assert.Equal("no-token", Code(await Ask(clinic, null)));
        Assert.Equal("token-not-valid", Code(await Ask(clinic, given.Access, host: "127.0.0.1"))); // of another issuer
        Assert.Equal(404, (await Ask(clinic, given.Access, host: "evil.invalid")).Status);
        Assert.Equal(200, (await Ask(clinic, given.Access)).Status);
    }

    [Theory, BothDialects]
    public async Task What_was_taken_back_or_ended_stops_at_this_door_at_once(Dialect dialect)
    {
        var (clinic, app, _) = await Application.Open(dialect, Mine, audited: true);
        await using var __ = clinic;
        var admin = await clinic.SignInWhole("admin");
        var other = await clinic.SignInWhole("admin");
        var (taken, kept, ended) = (await Given(app, admin.Login, $"openid {User}"), await Given(app, other.Login, $"openid {User}"), await Given(app, other.Login, $"openid {User}"));
        foreach (var token in (string[])[taken, kept, ended]) Assert.Equal(200, (await Ask(clinic, token)).Status);

        await clinic.Anyone.SignOut(new SignOut(admin.Login), default);
        Assert.Equal("token-not-valid", Code(await Ask(clinic, taken)));
        await app.Post("/oauth/revoke", ("token", ended));
        Assert.Equal("token-not-valid", Code(await Ask(clinic, ended)));
        Assert.Equal(200, (await Ask(clinic, kept)).Status);
        foreach (var grant in (await clinic.Apps.ListOwnGrants(new ListOwnGrants(other.Login), default)).Value!.Grants) await clinic.Apps.EndOwnGrant(new EndOwnGrant(other.Login, grant.Id), default);
        Assert.Equal("token-not-valid", Code(await Ask(clinic, kept)));

        var backend = await Backend(clinic, other.Staff, System);
        var own = await Own(backend, System);
        Assert.Equal(200, (await Ask(clinic, own)).Status);
        await clinic.AppsOf(other.Staff).EndApp(new EndApp(other.Staff.Tenant, backend.Entered.Id), default);
        Assert.Equal("token-not-valid", Code(await Ask(clinic, own)));
    }

    [Fact]
    public async Task A_person_s_token_counts_after_a_sign_in_with_two_factors_of_today()
    {
        var (clinic, app, _) = await Application.Open(Dialect.Sqlite, Mine, audited: true);
        await using var __ = clinic;
        var admin = await clinic.SignInWhole("admin");
        var given = await app.Redeem(await app.Code(admin.Login, $"openid offline_access {User}", ("aud", Application.Fhir)));
        Assert.Equal(200, (await Ask(clinic, given.Access)).Status);
        clinic.Store.Clock.AdjustTime(clinic.Store.Clock.GetUtcNow().AddHours(13));
        var later = await app.Refresh(given.RefreshToken);
        var refused = await Ask(clinic, later.Access);
        Assert.Equal("sign-in-anew", Code(refused));
        Assert.Contains("insufficient_user_authentication", refused.Raw.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }
}

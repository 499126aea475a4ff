using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity.OAuth;

/// <summary>A person is asked each time, by a page that only they can answer; what they granted they see and take back; it ends with what it hangs on.</summary>
public sealed class Grants
{
    const string Online = "openid online_access", Offline = "openid offline_access";

    [Fact]
    public async Task Somebody_is_asked_each_time_and_without_a_page_nothing_is_given()
    {
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite);
        await using var _ = clinic;
        await app.Code(person.Login, Online);
        await app.Begin(Online); // the same again: it asks again
        Assert.Equal("interaction_required", Application.Brought(await app.Authorize(Online, ("prompt", "none")))["error"]);
    }

    [Fact]
    public async Task A_question_is_answered_once_in_time_and_by_a_whole_login_of_that_clinic()
    {
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite);
        await using var _ = clinic;
        var ask = await app.Begin(Online);
        async Task<string?> Refused(string login, string of) => (await clinic.Apps.DecideAsk(new DecideAsk(login, of, true), default)).Refused?.Code;

        var (email, password, _) = clinic.DemoSignIn("admin");
        var half = (await clinic.Anyone.SignIn(new SignIn(email, password), default)).Value!;
        Assert.Equal("code-needed", await Refused(half.Login, ask));
        Assert.Equal("not-signed-in", await Refused(Token.New(), ask));
        Assert.Equal("ask-not-valid", await Refused(person.Login, Token.New()));
        var next = (await clinic.Apps.DecideAsk(new DecideAsk(person.Login, ask, true), default)).Value!.Next;
        Assert.Equal("ask-not-valid", await Refused(person.Login, ask));
        Application.Brought(await clinic.Door.Ask(next));
        Assert.Equal(404, (int)(await clinic.Door.Ask(next)).StatusCode);

        var late = await app.Begin(Online);
        clinic.Store.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("ask-not-valid", await Refused(person.Login, late));
        var slow = (await clinic.Apps.DecideAsk(new DecideAsk(person.Login, await app.Begin(Online), true), default)).Value!.Next;
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(404, (int)(await clinic.Door.Ask(slow)).StatusCode);
    }

    [Theory, BothDialects]
    public async Task Staff_of_another_clinic_are_not_asked(Dialect dialect)
    {
        var (clinic, app, _) = await Application.Open(dialect);
        await using var __ = clinic;
        var opened = (await clinic.Invited.OpenClinic(new OpenClinic("k1", Clinic.OperatorSecret, "Another Clinic", "+12025550100", "Europe/Berlin", "An Admin", "other@demo.invalid"), default)).Value!;
        var half = (await clinic.Invited.TakeInvitation(new TakeInvitation(opened.Admin.Token, "seven green lanterns"), default)).Value!;
        var begun = (await clinic.Factors.BeginTotp(new BeginTotp(half.Login), default)).Value!;
        var kept = (await clinic.Factors.ConfirmTotp(new ConfirmTotp(half.Login, clinic.Code(OtpNet.Base32Encoding.ToBytes(begun.Secret))), default)).Value!;
        var ask = await app.Begin(Online);
        Assert.Equal("ask-not-valid", (await clinic.Apps.LookAsk(new LookAsk(kept.Login, ask), default)).Refused?.Code);
        Assert.Equal("ask-not-valid", (await clinic.Apps.DecideAsk(new DecideAsk(kept.Login, ask, true), default)).Refused?.Code);
    }

    [Fact]
    public async Task An_application_that_wants_a_new_sign_in_gets_one()
    {
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite);
        await using var _ = clinic;
        clinic.Store.Clock.Advance(TimeSpan.FromMinutes(3));
        foreach (var (name, value) in ((string, string)[])[("prompt", "login"), ("max_age", "60")])
        {
            var ask = await app.Begin(Online, (name, value));
            Assert.Equal("sign-in-anew", (await clinic.Apps.DecideAsk(new DecideAsk(person.Login, ask, true), default)).Refused?.Code);
            var anew = await clinic.SignInWhole();
            Assert.Contains("code", (await app.Answer(ask, anew.Login)).Keys);
        }
        Assert.Contains("code", (await app.Answer(await app.Begin(Online, ("max_age", "600")), person.Login)).Keys);
    }

    [Theory, BothDialects]
    public async Task People_see_what_they_granted_and_take_it_back(Dialect dialect)
    {
        var (clinic, app, person) = await Application.Open(dialect);
        await using var _ = clinic;
        var kept = await app.Redeem(await app.Code(person.Login, Online));
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(1));
        var given = await app.Redeem(await app.Code(person.Login, "openid profile online_access"));
        var listed = (await clinic.Apps.ListOwnGrants(new ListOwnGrants(person.Login), default)).Value!.Grants;
        Assert.Equal(["openid profile online_access", Online], listed.Select(grant => string.Join(' ', grant.Scopes)));
        Assert.All(listed, grant => Assert.Equal("Chart Helper", grant.App));

        var admin = await clinic.SignInWhole("admin");
        Assert.Empty((await clinic.Apps.ListOwnGrants(new ListOwnGrants(admin.Login), default)).Value!.Grants);
        await clinic.Apps.EndOwnGrant(new EndOwnGrant(admin.Login, listed[0].Id), default); // another's
        Assert.Equal(200, (await app.UserInfo(given.Access)).Status);
        await clinic.Apps.EndOwnGrant(new EndOwnGrant(person.Login, listed[0].Id), default);

        Assert.Equal(401, (await app.UserInfo(given.Access)).Status);
        Assert.Equal("invalid_grant", (await app.Refresh(given.RefreshToken)).Error);
        Assert.Equal(200, (await app.UserInfo(kept.Access)).Status);
        Assert.Equal(listed[1].Id, Assert.Single((await clinic.Apps.ListOwnGrants(new ListOwnGrants(person.Login), default)).Value!.Grants).Id);
    }

    [Theory, BothDialects]
    public async Task What_was_granted_ends_with_the_login_the_person_and_the_application(Dialect dialect)
    {
        var (clinic, app, person) = await Application.Open(dialect, ["openid", "online_access", "offline_access"]);
        await using var _ = clinic;
        var admin = await clinic.SignInWhole("admin");
        async Task<bool> Holds(Reply given) => (await app.UserInfo(given.Access)).Status == 200;

        var (online, offline) = (await app.Redeem(await app.Code(person.Login, Online)), await app.Redeem(await app.Code(person.Login, Offline)));
        await clinic.Anyone.SignOut(new SignOut(person.Login), default);
        Assert.Equal((false, true), (await Holds(online), await Holds(offline)));

        var again = await clinic.SignInWhole();
        var held = await app.Redeem(await app.Code(again.Login, Online));
        clinic.As(admin.Staff);
        await clinic.Staff.DisableStaff(new DisableStaff(admin.Staff.Tenant, person.Staff.Id, true), default);
        Assert.Equal((false, false), (await Holds(held), await Holds(offline)));
        clinic.As(admin.Staff);
        await clinic.Staff.DisableStaff(new DisableStaff(admin.Staff.Tenant, person.Staff.Id, false), default);
        Assert.False(await Holds(offline));
        Assert.Equal("invalid_grant", (await app.Refresh(offline.RefreshToken)).Error);

        var back = await clinic.SignInWhole();
        var (mine, code) = (await app.Redeem(await app.Code(back.Login, Offline)), await app.Code(back.Login, Online));
        Assert.True(await Holds(mine));
        await clinic.AppsOf(admin.Staff).EndApp(new EndApp(admin.Staff.Tenant, app.Entered.Id), default);
        Assert.False(await Holds(mine));
        Assert.NotNull((await app.Redeem(code)).Error);
    }

    [Fact]
    public async Task A_login_that_somebody_else_ends_takes_even_what_goes_on_after_signing_out()
    {
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite, ["openid", "offline_access"]);
        await using var _ = clinic;
        var offline = await app.Redeem(await app.Code(person.Login, Offline));
        var login = (await clinic.Factors.LookLogin(new LookLogin(person.Login), default)).Value!.Id;
        var elsewhere = await clinic.SignInWhole();
        await clinic.Factors.EndOwnLogin(new EndOwnLogin(elsewhere.Login, login), default);
        Assert.Equal(401, (await app.UserInfo(offline.Access)).Status);
    }

    [Fact]
    public async Task A_token_that_was_given_for_something_else_says_nothing_of_who_somebody_is()
    {
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite, ["openid", "user/Observation.rs"]);
        await using var _ = clinic;
        var given = await app.Redeem(await app.Code(person.Login, "user/Observation.rs", ("aud", Application.Fhir)));
        Assert.Equal(403, (await app.UserInfo(given.Access)).Status);
    }

    [Fact]
    public async Task An_application_gives_a_token_back()
    {
        var (clinic, app, person) = await Application.Open(Dialect.Sqlite);
        await using var _ = clinic;
        var given = await app.Redeem(await app.Code(person.Login, Online));
        Assert.Equal(200, (await app.Post("/oauth/revoke", ("token", given.RefreshToken))).Status);
        Assert.Equal("invalid_grant", (await app.Refresh(given.RefreshToken)).Error);
    }
}

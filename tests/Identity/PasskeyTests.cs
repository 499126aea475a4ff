using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity;

/// <summary>Passkeys: a whole login by themselves, for their own member and place only, each answer once.</summary>
public sealed class PasskeyTests
{
    const string Origin = "https://clinic.example";

    static async Task<(string? Code, string? Login)> Add(Clinic clinic, string login, SoftKey key, string name = "Laptop")
    {
        var begun = await clinic.Passkeys.BeginPasskey(new BeginPasskey(login, Origin), default);
        if (begun.Refused is { } why) return (why.Code, null);
        var kept = await clinic.Passkeys.AddPasskey(new AddPasskey(login, Origin, begun.Value!.Ceremony, key.Create(begun.Value.Options), name), default);
        return (kept.Refused?.Code, kept.Value?.Login);
    }

    static async Task<Answer<SignedIn>> SignIn(Clinic clinic, SoftKey key, string origin = Origin)
    {
        var begun = (await clinic.Passkeys.BeginPasskeySignIn(new BeginPasskeySignIn(origin), default)).Value!;
        return await clinic.Passkeys.PasskeySignIn(new PasskeySignIn(origin, begun.Ceremony, key.Get(begun.Options)), default);
    }

    [Theory, BothDialects]
    public async Task A_passkey_signs_its_member_in_alone(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var (login, other) = (await clinic.SignInWhole(), await clinic.SignInWhole());
        using var key = new SoftKey();
        Assert.Null((await Add(clinic, other.Login, key)).Code);
        Assert.Equal("not-signed-in", (await clinic.Anyone.WhoIs(new WhoIs(login.Login), default)).Refused?.Code); // another login ended

        var signedIn = (await SignIn(clinic, key)).Value!;

        Assert.Equal((other.Staff, LoginLevel.Full), (signedIn.Staff, signedIn.Level));
        Assert.Equal(other.Staff, (await clinic.Anyone.WhoIs(new WhoIs(signedIn.Login), default)).Value);
        var entry = Assert.Single((await clinic.Passkeys.ListPasskeys(new ListPasskeys(signedIn.Login), default)).Value!.Passkeys);
        Assert.Equal((key.Id, "Laptop", true), (entry.Id, entry.Name, entry.UsedAt is not null));
    }

    [Theory, BothDialects]
    public async Task What_is_not_right_signs_nobody_in_and_says_the_same(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        using var key = new SoftKey();
        using var stranger = new SoftKey();
        Assert.Null((await Add(clinic, (await clinic.SignInWhole()).Login, key)).Code);
        Assert.NotNull((await SignIn(clinic, key)).Value);

        var answers = new List<string?> { (await SignIn(clinic, stranger)).Refused?.Code, (await SignIn(clinic, key, "https://elsewhere.example")).Refused?.Code };
        key.Verified = false;
        answers.Add((await SignIn(clinic, key)).Refused?.Code);
        key.Verified = true;
        var begun = (await clinic.Passkeys.BeginPasskeySignIn(new BeginPasskeySignIn(Origin), default)).Value!;
        var shown = key.Get(begun.Options);
        var another = (await clinic.Passkeys.BeginPasskeySignIn(new BeginPasskeySignIn(Origin), default)).Value!;
        answers.Add((await clinic.Passkeys.PasskeySignIn(new PasskeySignIn(Origin, another.Ceremony, shown), default)).Refused?.Code); // the challenge of another ceremony
        Assert.NotNull((await clinic.Passkeys.PasskeySignIn(new PasskeySignIn(Origin, begun.Ceremony, shown), default)).Value);
        answers.Add((await clinic.Passkeys.PasskeySignIn(new PasskeySignIn(Origin, begun.Ceremony, shown), default)).Refused?.Code); // again
        key.Count -= 2;
        answers.Add((await SignIn(clinic, key)).Refused?.Code); // a counter that went back: a copy of the key
        var late = (await clinic.Passkeys.BeginPasskeySignIn(new BeginPasskeySignIn(Origin), default)).Value!;
        clinic.Store.Clock.Advance(TimeSpan.FromMinutes(5));
        key.Count += 9;
        answers.Add((await clinic.Passkeys.PasskeySignIn(new PasskeySignIn(Origin, late.Ceremony, key.Get(late.Options)), default)).Refused?.Code);
        answers.Add((await clinic.Passkeys.PasskeySignIn(new PasskeySignIn(Origin, late.Ceremony, "{}"), default)).Refused?.Code);
        answers.Add((await clinic.Passkeys.PasskeySignIn(new PasskeySignIn(Origin, late.Ceremony, "not json"), default)).Refused?.Code);

        Assert.Equal("passkey-refused", Assert.Single(answers.Distinct()));
    }

    [Theory, BothDialects]
    public async Task Making_one_needs_a_new_login_a_verified_user_and_the_same_ceremony(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var (email, password, _) = clinic.DemoSignIn();
        using var key = new SoftKey { Verified = false };
        Assert.Equal("code-needed", (await Add(clinic, (await clinic.Anyone.SignIn(new SignIn(email, password), default)).Value!.Login, key)).Code);
        var login = (await clinic.SignInWhole()).Login;
        Assert.Equal("passkey-refused", (await Add(clinic, login, key)).Code);
        key.Verified = true;
        var admins = (await clinic.SignInWhole("admin")).Login;
        var begun = (await clinic.Passkeys.BeginPasskey(new BeginPasskey(login, Origin), default)).Value!;
        Assert.Equal("passkey-refused", (await clinic.Passkeys.AddPasskey(new AddPasskey(admins, Origin, begun.Ceremony, key.Create(begun.Options), "x"), default)).Refused?.Code);
        Assert.Null((await Add(clinic, login, key)).Code);
        Assert.Equal("passkey-refused", (await Add(clinic, admins, key)).Code); // somebody's already
        clinic.Store.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("sign-in-anew", (await Add(clinic, login, key)).Code);
    }

    [Theory, BothDialects]
    public async Task It_is_a_first_factor_too_and_the_last_one_stays(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        await clinic.Store.Store.Commit(Platform.Http.Caller.System("identity"), transaction => transaction.Execute("DELETE FROM totp_seeds"), default);
        var (email, password, _) = clinic.DemoSignIn();
        using var key = new SoftKey();
        var enrolling = (await clinic.Anyone.SignIn(new SignIn(email, password), default)).Value!;
        var (_, login) = await Add(clinic, enrolling.Login, key);

        Assert.Equal(LoginLevel.Enrol, enrolling.Level);
        Assert.NotNull((await clinic.Anyone.WhoIs(new WhoIs(login!), default)).Value);
        Assert.Equal(LoginLevel.Code, (await clinic.Anyone.SignIn(new SignIn(email, password), default)).Value!.Level);
        Assert.Null((await clinic.Passkeys.RenamePasskey(new RenamePasskey(login!, key.Id, "Phone"), default)).Refused);
        Assert.Equal("Phone", (await clinic.Passkeys.ListPasskeys(new ListPasskeys(login!), default)).Value!.Passkeys.Single().Name);
        Assert.Equal("last-factor", (await clinic.Passkeys.RemovePasskey(new RemovePasskey(login!, key.Id), default)).Refused?.Code);
        using var second = new SoftKey();
        Assert.Null((await Add(clinic, login!, second)).Code);
        var again = (await SignIn(clinic, second)).Value!.Login;
        Assert.Equal("no-such-passkey", (await clinic.Passkeys.RemovePasskey(new RemovePasskey(again, "none"), default)).Refused?.Code);
        Assert.Null((await clinic.Passkeys.RemovePasskey(new RemovePasskey(again, key.Id), default)).Refused);
        Assert.Equal("passkey-refused", (await SignIn(clinic, key)).Refused?.Code);
    }
}

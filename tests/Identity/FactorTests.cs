using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity;

/// <summary>The second factor: codes good once, steps of the clock, recovery codes, and a login that has none yet.</summary>
public sealed class FactorTests
{
    static async Task<string> Half(Clinic clinic, string who = "clinician")
    {
        var (email, password, _) = clinic.DemoSignIn(who);
        return (await clinic.Anyone.SignIn(new SignIn(email, password), default)).Value!.Login;
    }

    static async Task<string?> Give(Clinic clinic, string login, string code) => (await clinic.Factors.GiveCode(new GiveCode(login, code), default)).Refused?.Code;

    [Theory, BothDialects]
    public async Task A_login_without_its_factor_may_do_nothing_but_give_it(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var half = await Half(clinic);

        Assert.Equal("code-needed", (await clinic.Anyone.WhoIs(new WhoIs(half), default)).Refused?.Code);
        var staff = (await clinic.Factors.LookLogin(new LookLogin(half), default)).Value!.Staff;
        Assert.Equal("code-needed", (await clinic.As(staff).EnterAsStaff(new EnterAsStaff(half, clinic.Visit, clinic.Call, clinic.Participant, Contracts.VisitRole.Clinician), default)).Refused?.Code);
        Assert.Equal("code-needed", (await clinic.Factors.GetFactors(new GetFactors(half), default)).Refused?.Code);
        Assert.Equal("code-needed", (await clinic.Factors.BeginTotp(new BeginTotp(half), default)).Refused?.Code);
        Assert.Equal("code-needed", (await clinic.Factors.ConfirmTotp(new ConfirmTotp(half, "000000"), default)).Refused?.Code);
        Assert.Equal("code-needed", (await clinic.Factors.MakeRecoveryCodes(new MakeRecoveryCodes(half), default)).Refused?.Code);
        clinic.Store.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal("not-signed-in", await Give(clinic, half, clinic.Code(clinic.DemoSignIn().Seed)));
    }

    [Theory, BothDialects]
    public async Task A_code_is_good_once_and_none_before_it_afterwards(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var seed = clinic.DemoSignIn().Seed;
        var (older, now) = (clinic.Code(seed, -1), clinic.Code(seed));

        Assert.Null(await Give(clinic, await Half(clinic), now));

        Assert.Equal("code-wrong", await Give(clinic, await Half(clinic), now));
        Assert.Equal("code-wrong", await Give(clinic, await Half(clinic), older));
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(await Give(clinic, await Half(clinic), clinic.Code(seed)));
    }

    [Theory, BothDialects]
    public async Task Of_two_at_once_with_one_code_one_comes_in(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var code = clinic.Code(clinic.DemoSignIn().Seed);
        string[] halves = [await Half(clinic), await Half(clinic), await Half(clinic)];

        var answers = await Task.WhenAll(halves.Select(half => Give(clinic, half, code)));

        Assert.Equal((1, 2), (answers.Count(answer => answer is null), answers.Count(answer => answer == "code-wrong")));
    }

    [Theory, InlineData(-2, false), InlineData(-1, true), InlineData(0, true), InlineData(1, true), InlineData(2, false)]
    public async Task A_clock_may_be_one_step_off(int steps, bool taken)
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite, demo: true);
        var code = clinic.Code(clinic.DemoSignIn().Seed, steps);
        Assert.Equal(taken ? null : "code-wrong", await Give(clinic, await Half(clinic), code[..3] + " " + code[3..]));
    }

    [Theory, BothDialects]
    public async Task Five_tries_a_quarter_of_an_hour_then_not_even_the_right_code(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var (half, seed) = (await Half(clinic), clinic.DemoSignIn().Seed);
        var wrong = clinic.Code(seed, 40);

        var answers = await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => Give(clinic, half, wrong)));

        Assert.Equal((5, 2), (answers.Count(answer => answer == "code-wrong"), answers.Count(answer => answer == "too-many-tries")));
        Assert.Equal("too-many-tries", await Give(clinic, await Half(clinic), clinic.Code(seed)));
        clinic.Store.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(await Give(clinic, await Half(clinic), clinic.Code(seed)));
    }

    [Theory, BothDialects]
    public async Task A_recovery_code_is_good_once_and_new_ones_end_the_old(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var whole = (await clinic.SignInWhole()).Login;
        var first = (await clinic.Factors.MakeRecoveryCodes(new MakeRecoveryCodes(whole), default)).Value!.RecoveryCodes;

        Assert.Equal((8, 8), (first.Count, first.Distinct().Count()));
        Assert.All(first, code => Assert.Matches("^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$", code)); // 24 letters of 5 bits: 120
        Assert.False(await clinic.Store.Holds(first[0]));
        Assert.False(await clinic.Store.Holds(first[0].Replace("-", "", StringComparison.Ordinal)));
        Assert.Null(await Give(clinic, await Half(clinic), first[0].ToLowerInvariant().Replace('-', ' ')));
        Assert.Equal("code-wrong", await Give(clinic, await Half(clinic), first[0]));
        Assert.Equal("code-wrong", await Give(clinic, await Half(clinic, "admin"), first[1]));
        var again = (await clinic.SignInWhole()).Login;
        Assert.Equal(7, (await clinic.Factors.GetFactors(new GetFactors(again), default)).Value!.RecoveryCodes);
        await clinic.Factors.MakeRecoveryCodes(new MakeRecoveryCodes(again), default);
        Assert.Equal("code-wrong", await Give(clinic, await Half(clinic), first[1]));
    }

    [Theory, BothDialects]
    public async Task Who_has_no_factor_sets_one_up_and_is_in(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var other = (await clinic.SignInWhole()).Login;
        await clinic.Store.Store.Commit(Platform.Http.Caller.System("identity"), transaction => transaction.Execute("DELETE FROM totp_seeds"), default);
        var half = await Half(clinic);

        Assert.Equal("factor-missing", (await clinic.Anyone.WhoIs(new WhoIs(half), default)).Refused?.Code);
        Assert.Equal("totp-not-begun", (await clinic.Factors.ConfirmTotp(new ConfirmTotp(half, "000000"), default)).Refused?.Code);
        var begun = (await clinic.Factors.BeginTotp(new BeginTotp(half), default)).Value!;
        var seed = OtpNet.Base32Encoding.ToBytes(begun.Secret);
        Assert.Equal("code-wrong", (await clinic.Factors.ConfirmTotp(new ConfirmTotp(half, clinic.Code(seed, 9)), default)).Refused?.Code);
        Assert.Equal("factor-missing", (await clinic.Anyone.WhoIs(new WhoIs(half), default)).Refused?.Code);
        var kept = (await clinic.Factors.ConfirmTotp(new ConfirmTotp(half, clinic.Code(seed)), default)).Value!;

        Assert.Equal($"otpauth://totp/FirstRing%20Demo%20Clinic:Dr.%20Demo%20Clinician?secret={begun.Secret}&issuer=FirstRing%20Demo%20Clinic", begun.Uri);
        Assert.Equal(8, kept.RecoveryCodes.Count);
        Assert.NotNull((await clinic.Anyone.WhoIs(new WhoIs(kept.Login), default)).Value);
        foreach (var over in (string[])[half, other]) Assert.Equal("not-signed-in", (await clinic.Anyone.WhoIs(new WhoIs(over), default)).Refused?.Code);
        Assert.Equal("code-wrong", await Give(clinic, await Half(clinic), clinic.Code(seed))); // the code that confirmed is used too
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(await Give(clinic, await Half(clinic), clinic.Code(seed)));
    }

    [Theory, BothDialects]
    public async Task Factors_change_only_in_a_login_of_the_last_ten_minutes_and_other_logins_end(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var (old, other) = ((await clinic.SignInWhole()).Login, (await clinic.SignInWhole()).Login);
        clinic.Store.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("sign-in-anew", (await clinic.Factors.BeginTotp(new BeginTotp(old), default)).Refused?.Code);
        Assert.Equal("sign-in-anew", (await clinic.Factors.MakeRecoveryCodes(new MakeRecoveryCodes(old), default)).Refused?.Code);
        Assert.False((await clinic.Factors.LookLogin(new LookLogin(old), default)).Value!.Fresh);

        var fresh = (await clinic.SignInWhole()).Login;
        var seed = OtpNet.Base32Encoding.ToBytes((await clinic.Factors.BeginTotp(new BeginTotp(fresh), default)).Value!.Secret);
        Assert.NotNull((await clinic.Anyone.WhoIs(new WhoIs(other), default)).Value);
        var kept = (await clinic.Factors.ConfirmTotp(new ConfirmTotp(fresh, clinic.Code(seed)), default)).Value!;

        Assert.Equal(fresh, kept.Login);
        Assert.NotNull((await clinic.Anyone.WhoIs(new WhoIs(fresh), default)).Value);
        foreach (var over in (string[])[old, other]) Assert.Equal("not-signed-in", (await clinic.Anyone.WhoIs(new WhoIs(over), default)).Refused?.Code);
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("code-wrong", await Give(clinic, await Half(clinic), clinic.Code(clinic.DemoSignIn().Seed)));
        Assert.Null(await Give(clinic, await Half(clinic), clinic.Code(seed)));
    }

    [Theory, BothDialects]
    public async Task Ten_logins_at_once_the_newest_win_and_a_browsers_earlier_one_ends(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var logins = new List<string>();
        var link = (await clinic.Anyone.DemoSignInLink(new MakeDemoSignInLink(), default)).Value!.Token;
        for (var i = 0; i < 11; i++)
        {
            clinic.Store.Clock.Advance(TimeSpan.FromSeconds(1));
            logins.Add((await clinic.Anyone.DemoSignIn(new DemoSignIn(link), default)).Value!.Login);
        }

        Assert.Equal("not-signed-in", (await clinic.Anyone.WhoIs(new WhoIs(logins[0]), default)).Refused?.Code);
        Assert.NotNull((await clinic.Anyone.WhoIs(new WhoIs(logins[2]), default)).Value);
        var (email, password, _) = clinic.DemoSignIn();
        await clinic.Anyone.SignIn(new SignIn(email, password, Earlier: logins[^1]), default);
        Assert.Equal("not-signed-in", (await clinic.Anyone.WhoIs(new WhoIs(logins[^1]), default)).Refused?.Code);
        Assert.Equal("not-signed-in", (await clinic.Anyone.WhoIs(new WhoIs(Token.New()), default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task A_password_changes_with_the_present_one_in_a_new_login_and_ends_the_others(Dialect dialect)
    {
        const string wanted = "seven green lanterns";
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var (email, password, _) = clinic.DemoSignIn();
        var other = (await clinic.SignInWhole()).Login;
        var login = (await clinic.SignInWhole()).Login;
        async Task<string?> Change(string with, string present, string to) => (await clinic.Factors.ChangePassword(new ChangePassword(with, present, to), default)).Refused?.Code;

        Assert.Equal("code-needed", await Change(await Half(clinic), password, wanted));
        Assert.Equal("password-common", await Change(login, password, "FirstRing Demo Clinic"));
        Assert.Equal("present-wrong", await Change(login, "wrong", wanted));
        Assert.NotNull((await clinic.Anyone.WhoIs(new WhoIs(other), default)).Value);
        Assert.Null(await Change(login, password, wanted));
        Assert.Equal("not-signed-in", (await clinic.Anyone.WhoIs(new WhoIs(other), default)).Refused?.Code);
        Assert.NotNull((await clinic.Anyone.WhoIs(new WhoIs(login), default)).Value);
        Assert.Equal("sign-in-failed", (await clinic.Anyone.SignIn(new SignIn(email, password), default)).Refused?.Code);
        Assert.NotNull((await clinic.Anyone.SignIn(new SignIn(email, wanted), default)).Value);
        for (var i = 0; i < 3; i++) Assert.Equal("present-wrong", await Change(login, "wrong", wanted));
        Assert.Equal("too-many-tries", await Change(login, wanted, password));
        clinic.Store.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal("sign-in-anew", await Change(login, wanted, password));
    }

    [Theory, BothDialects]
    public async Task Own_logins_are_listed_and_ended_and_nobody_elses(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var (one, two, admin) = ((await clinic.SignInWhole()).Login, (await clinic.SignInWhole()).Login, (await clinic.SignInWhole("admin")).Login);
        async Task<LoginId> Id(string login) => (await clinic.Factors.LookLogin(new LookLogin(login), default)).Value!.Id;

        Assert.Equal("code-needed", (await clinic.Factors.ListOwnLogins(new ListOwnLogins(await Half(clinic)), default)).Refused?.Code);
        var listed = (await clinic.Factors.ListOwnLogins(new ListOwnLogins(two), default)).Value!.Logins;
        Assert.Equal([await Id(two), await Id(one)], listed.Select(login => login.Id));
        await clinic.Factors.EndOwnLogin(new EndOwnLogin(two, await Id(admin)), default);
        await clinic.Factors.EndOwnLogin(new EndOwnLogin(two, await Id(one)), default);
        Assert.NotNull((await clinic.Anyone.WhoIs(new WhoIs(admin), default)).Value);
        Assert.Equal("not-signed-in", (await clinic.Anyone.WhoIs(new WhoIs(one), default)).Refused?.Code);
    }

    // RFC 6238 appendix B, the last six digits of its eight.
    [Theory, InlineData(59, "287082"), InlineData(1111111109, "081804"), InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_RFC(long second, string code) =>
        Assert.NotNull(FirstRing.Identity.Factors.TotpSeed.StepOf("12345678901234567890"u8.ToArray(), code, second * 1_000_000));
}

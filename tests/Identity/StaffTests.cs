using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity;

/// <summary>Staff administration: invitations, roles, disabling, resets, and whose logins they end.</summary>
public sealed class StaffTests
{
    const string Password = "seven green lanterns", Email = "new@demo.invalid";

    static async Task<(Clinic Clinic, StaffMember Admin)> Open(Dialect dialect)
    {
        var clinic = await Clinic.Open(dialect, demo: true);
        return (clinic, (await clinic.SignInWhole("admin")).Staff);
    }

    static void As(StaffMember member) => Acting.As(new Caller("web", member.Tenant.ToString(), member.Id.ToString(), WireName.Of(member.Role)));

    static InviteStaff Invitation(StaffMember admin, string key = "k1", string email = Email) => new(key, admin.Tenant, "Nora Field", email, StaffRole.FrontDesk);

    static async Task<string> Code(Clinic clinic, string login) => (await clinic.Anyone.WhoIs(new WhoIs(login), default)).Refused?.Code ?? "known";

    [Theory, BothDialects]
    public async Task An_invitation_is_good_once_and_leads_to_a_factor(Dialect dialect)
    {
        var (clinic, admin) = await Open(dialect);
        await using var _ = clinic;
        As(admin);
        var invited = (await clinic.Staff.InviteStaff(Invitation(admin), default)).Value!;
        var again = (await clinic.Staff.InviteStaff(Invitation(admin), default)).Value!;

        Assert.Equal(invited, again);
        Assert.Equal("idempotency-mismatch", (await clinic.Staff.InviteStaff(Invitation(admin) with { Role = StaffRole.Admin }, default)).Refused?.Code);
        Assert.Equal("email-taken", (await clinic.Staff.InviteStaff(Invitation(admin, "k2", " NEW@demo.invalid "), default)).Refused?.Code);
        Assert.Equal("sign-in-failed", (await clinic.Anyone.SignIn(new SignIn(Email, ""), default)).Refused?.Code);
        Assert.Equal(new InvitationSeen("FirstRing Demo Clinic", "Nora Field", StaffRole.FrontDesk, true), (await clinic.Invited.LookInvitation(new LookInvitation(invited.Token), default)).Value);
        Assert.Equal("password-short", (await clinic.Invited.TakeInvitation(new TakeInvitation(invited.Token, "short"), default)).Refused?.Code);
        var half = (await clinic.Invited.TakeInvitation(new TakeInvitation(invited.Token, Password), default)).Value!;
        Assert.Equal((LoginLevel.Enrol, "factor-missing"), (half.Level, await Code(clinic, half.Login)));
        foreach (var over in (string[])[invited.Token, Token.New(), ""])
        {
            Assert.Equal("invitation-not-valid", (await clinic.Invited.LookInvitation(new LookInvitation(over), default)).Refused?.Code);
            Assert.Equal("invitation-not-valid", (await clinic.Invited.TakeInvitation(new TakeInvitation(over, Password), default)).Refused?.Code);
        }
        Assert.Equal(LoginLevel.Enrol, (await clinic.Anyone.SignIn(new SignIn(Email, Password), default)).Value!.Level);
        Assert.False(await clinic.Store.Holds(invited.Token));
        Assert.False(await clinic.Store.Holds(Password));
    }

    [Theory, BothDialects]
    public async Task Staff_are_listed_whoever_of_them_has_ever_signed_in(Dialect dialect)
    {
        var (clinic, admin) = await Open(dialect);
        await using var _ = clinic;
        As(admin);
        await clinic.Staff.InviteStaff(Invitation(admin) with { Name = "Ada First" }, default);

        var staff = (await clinic.Staff.ListStaff(new ListStaff(admin.Tenant), default)).Value!.Staff;

        Assert.Equal(("Ada First", 0, null), (staff[0].Member.Name, staff[0].Logins, staff[0].UsedAt));
        Assert.NotNull(staff.Single(one => one.Member.Id == admin.Id).UsedAt);
    }

    [Theory, BothDialects]
    public async Task An_invitation_lasts_72_hours_and_of_two_at_once_one_takes_it(Dialect dialect)
    {
        var (clinic, admin) = await Open(dialect);
        await using var _ = clinic;
        As(admin);
        var invited = (await clinic.Staff.InviteStaff(Invitation(admin), default)).Value!;
        clinic.Store.Clock.Advance(TimeSpan.FromHours(72) - TimeSpan.FromSeconds(1));
        Assert.NotNull((await clinic.Invited.LookInvitation(new LookInvitation(invited.Token), default)).Value);
        var other = (await clinic.Staff.InviteStaff(Invitation(admin, "k2", "other@demo.invalid"), default)).Value!;
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("invitation-not-valid", (await clinic.Invited.TakeInvitation(new TakeInvitation(invited.Token, Password), default)).Refused?.Code);
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => clinic.Invited.TakeInvitation(new TakeInvitation(other.Token, Password), default)));
        Assert.Single(both, taken => taken.Value is not null);
        Assert.Single(both, taken => taken.Refused?.Code == "invitation-not-valid");
    }

    [Theory, BothDialects]
    public async Task Another_role_or_being_disabled_or_reset_ends_every_login(Dialect dialect)
    {
        var (clinic, admin) = await Open(dialect);
        await using var _ = clinic;
        As(admin);
        async Task<(string Login, StaffMember Member)> SignedIn()
        {
            var signedIn = await clinic.SignInWhole();
            return (signedIn.Login, signedIn.Staff);
        }

        var (first, member) = await SignedIn();
        As(admin);
        await clinic.Staff.ChangeRole(new ChangeRole(admin.Tenant, member.Id, StaffRole.Auditor), default);
        Assert.Equal("not-signed-in", await Code(clinic, first));
        var (second, now) = await SignedIn();
        Assert.Equal(StaffRole.Auditor, now.Role);
        await clinic.Staff.ChangeRole(new ChangeRole(admin.Tenant, member.Id, StaffRole.Auditor), default); // nothing changed, nothing ends
        Assert.Equal("known", await Code(clinic, second));

        await clinic.Staff.DisableStaff(new DisableStaff(admin.Tenant, member.Id, true), default);
        Assert.Equal("not-signed-in", await Code(clinic, second));
        var (email, password, seed) = clinic.DemoSignIn();
        Assert.Equal("sign-in-failed", (await clinic.Anyone.SignIn(new SignIn(email, password), default)).Refused?.Code);
        Assert.Equal("staff-disabled", (await clinic.Staff.ResetStaff(new ResetStaff("k", admin.Tenant, member.Id), default)).Refused?.Code);
        await clinic.Staff.DisableStaff(new DisableStaff(admin.Tenant, member.Id, false), default);
        var (third, _) = await SignedIn();

        var reset = (await clinic.Staff.ResetStaff(new ResetStaff("k", admin.Tenant, member.Id), default)).Value!;
        Assert.Equal("not-signed-in", await Code(clinic, third));
        Assert.Equal("sign-in-failed", (await clinic.Anyone.SignIn(new SignIn(email, password), default)).Refused?.Code);
        var half = (await clinic.Invited.TakeInvitation(new TakeInvitation(reset.Token, Password), default)).Value!;
        Assert.Equal(LoginLevel.Enrol, half.Level);
        Assert.Equal("not-signed-in", (await clinic.Factors.GiveCode(new GiveCode(half.Login, clinic.Code(seed)), default)).Refused?.Code); // the old seed is gone
        Assert.Equal(["change-role auditor", "disable-staff ok", "enable-staff ok", "reset-staff ok"], (await clinic.Store.Audited())
            .Where(row => row.Action is "change-role" or "disable-staff" or "enable-staff" or "reset-staff").Select(row => $"{row.Action} {row.Outcome}"));
        var told = await clinic.Store.Store.ReadOne<long>("SELECT COUNT(*) FROM outbox WHERE type = 'identity.LoginEnded'", null, default);
        Assert.True(told >= 3, $"{told} ends were told");
    }

    [Theory, BothDialects]
    public async Task Logins_are_listed_and_ended_one_by_one(Dialect dialect)
    {
        var (clinic, admin) = await Open(dialect);
        await using var _ = clinic;
        As(admin);
        var (one, two) = (await clinic.SignInWhole(), await clinic.SignInWhole());
        As(admin);
        var (email, password, _) = clinic.DemoSignIn();
        await clinic.Anyone.SignIn(new SignIn(email, password, "Firefox on Windows"), default); // not whole: not listed

        var listed = (await clinic.Staff.ListLogins(new ListLogins(admin.Tenant, one.Staff.Id), default)).Value!.Logins;
        Assert.Equal(["password+totp", "password+totp"], listed.Select(login => login.Way));
        var id = (await clinic.Factors.LookLogin(new LookLogin(one.Login), default)).Value!.Id;
        await clinic.Staff.EndLogin(new EndLogin(admin.Tenant, admin.Id, id), default); // not theirs: nothing happens
        Assert.Equal("known", await Code(clinic, one.Login));
        await clinic.Staff.EndLogin(new EndLogin(admin.Tenant, one.Staff.Id, id), default);

        Assert.Equal(("not-signed-in", "known"), (await Code(clinic, one.Login), await Code(clinic, two.Login)));
        var entry = (await clinic.Staff.ListStaff(new ListStaff(admin.Tenant), default)).Value!.Staff.Single(staff => staff.Member.Id == one.Staff.Id);
        Assert.Equal((StaffState.Active, true, 1), (entry.State, entry.HasFactor, entry.Logins));
    }

    [Theory, BothDialects]
    public async Task Only_an_admin_of_the_clinic_and_nobody_to_themselves(Dialect dialect)
    {
        var (clinic, admin) = await Open(dialect);
        await using var _ = clinic;
        As(admin);
        var clinician = (await clinic.SignInWhole()).Staff;
        As(admin);
        Assert.Equal("own-account", (await clinic.Staff.ChangeRole(new ChangeRole(admin.Tenant, admin.Id, StaffRole.Clinician), default)).Refused?.Code);
        Assert.Equal("own-account", (await clinic.Staff.DisableStaff(new DisableStaff(admin.Tenant, admin.Id, true), default)).Refused?.Code);
        Assert.Equal("own-account", (await clinic.Staff.ResetStaff(new ResetStaff("k", admin.Tenant, admin.Id), default)).Refused?.Code);
        Assert.Equal("no-such-staff", (await clinic.Staff.DisableStaff(new DisableStaff(admin.Tenant, new StaffId(NewId.Random()), true), default)).Refused?.Code);
        Assert.Equal("staff-name-wrong", (await clinic.Staff.InviteStaff(Invitation(admin) with { Name = " " }, default)).Refused?.Code);
        Assert.Equal("email-wrong", (await clinic.Staff.InviteStaff(Invitation(admin) with { Email = "nobody" }, default)).Refused?.Code);

        var elsewhere = new StaffMember(new StaffId(NewId.Random()), new TenantId(NewId.Random()), StaffRole.Admin, "Else");
        foreach (var who in (StaffMember[])[clinician, clinician with { Role = StaffRole.FrontDesk }, clinician with { Role = StaffRole.Auditor }, clinician with { Role = StaffRole.Operator }, elsewhere])
        {
            As(who);
            Assert.True(await NotAllowed.Is(() => clinic.Staff.ListStaff(new ListStaff(admin.Tenant), default)));
            Assert.True(await NotAllowed.Is(() => clinic.Staff.InviteStaff(Invitation(admin), default)));
            Assert.True(await NotAllowed.Is(() => clinic.Staff.ChangeRole(new ChangeRole(admin.Tenant, admin.Id, StaffRole.Clinician), default)));
            Assert.True(await NotAllowed.Is(() => clinic.Staff.DisableStaff(new DisableStaff(admin.Tenant, admin.Id, true), default)));
            Assert.True(await NotAllowed.Is(() => clinic.Staff.ResetStaff(new ResetStaff("k", admin.Tenant, admin.Id), default)));
            Assert.True(await NotAllowed.Is(() => clinic.Staff.ListLogins(new ListLogins(admin.Tenant, admin.Id), default)));
            Assert.True(await NotAllowed.Is(() => clinic.Staff.EndLogin(new EndLogin(admin.Tenant, admin.Id, new LoginId(NewId.Random())), default)));
        }
        As(elsewhere);
        Assert.Equal("no-such-staff", (await clinic.Staff.DisableStaff(new DisableStaff(elsewhere.Tenant, clinician.Id, true), default)).Refused?.Code);
    }

    [Theory]
    [InlineData("elevenchars", "password-short")]
    [InlineData("password1234", "password-common")]
    [InlineData("qwertyuiop12", "password-common")]
    [InlineData("aaaaaaaaaaaaaaaa", "password-common")]
    [InlineData("123456789012345", "password-common")]
    [InlineData("harbourstreet1", "password-common")] // the clinic's own name
    [InlineData("firstring clinic", "password-common")]
    [InlineData("noraharbour12", "password-common")]
    [InlineData("frankiegoestohollywood", "password-common")] // these three lie in lists of breaches, and nothing else here minds them
    [InlineData("HomerSimpson", "password-common")]
    [InlineData("savethecheerleadersavetheworld", "password-common")]
    [InlineData("seven green lanterns", null)]
    [InlineData("correct-Horse 9 ü", null)]
    public void A_password_is_long_enough_and_not_soon_guessed(string password, string? code) =>
        Assert.Equal(code, FirstRing.Identity.Logins.PasswordRules.WhyNot(password, "Harbour Street Practice", "Nora Field")?.Code);

    [Fact]
    public void The_list_of_breached_passwords_is_long()
    {
        var known = FirstRing.Identity.Logins.PasswordRules.Breached().ToHashSet();
        Assert.All(known, password => Assert.InRange(password.Length, 12, int.MaxValue));
        Assert.InRange(known.Count, 10_000, int.MaxValue); // ASVS V6.2.4 wants 3,000 that a policy allows
    }

    [Fact]
    public void A_password_has_a_most() =>
        Assert.Equal((null, "password-long"), (FirstRing.Identity.Logins.PasswordRules.WhyNot(string.Concat(Enumerable.Repeat("seven green lanterns ", 10))[..200])?.Code,
            FirstRing.Identity.Logins.PasswordRules.WhyNot(new string('x', 201))?.Code));
}

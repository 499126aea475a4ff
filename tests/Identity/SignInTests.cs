using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity;

public sealed class SignInTests
{
    static async Task<(Clinic Clinic, SignIn Right)> Open(Dialect dialect)
    {
        var clinic = await Clinic.Open(dialect, demo: true);
        var (email, password, _) = clinic.DemoSignIn();
        return (clinic, new SignIn(email, password));
    }

    [Theory, BothDialects]
    public async Task The_right_password_signs_in_and_its_login_is_known_until_signed_out(Dialect dialect)
    {
        var (clinic, right) = await Open(dialect);
        await using var _ = clinic;
        var seed = clinic.DemoSignIn().Seed;

        var half = (await clinic.Anyone.SignIn(right with { Email = $" {right.Email.ToUpperInvariant()}" }, default)).Value!;
        var before = (await clinic.Anyone.WhoIs(new WhoIs(half.Login), default)).Refused?.Code;
        var signedIn = (await clinic.Factors.GiveCode(new GiveCode(half.Login, clinic.Code(seed)), default)).Value!;
        var known = (await clinic.Anyone.WhoIs(new WhoIs(signedIn.Login), default)).Value;
        await clinic.Anyone.SignOut(new SignOut(signedIn.Login), default);

        Assert.Equal((LoginLevel.Code, "code-needed"), (half.Level, before));
        Assert.Equal(signedIn.Staff, known);
        Assert.Equal("not-signed-in", (await clinic.Anyone.WhoIs(new WhoIs(signedIn.Login), default)).Refused?.Code);
        Assert.Equal("not-signed-in", (await clinic.Anyone.WhoIs(new WhoIs(half.Login), default)).Refused?.Code);
        Assert.False(await clinic.Store.Holds(signedIn.Login));
        Assert.False(await clinic.Store.Holds(right.Password));
        Assert.False(await clinic.Store.Holds(right.Email));
        Assert.False(await clinic.Store.Holds(OtpNet.Base32Encoding.ToString(seed)));
        Assert.Equal(["sign-in code-next", "give-code password+totp", "sign-out ok"],
            (await clinic.Store.Audited()).Where(row => row.Action != "create-demo-clinic").Select(row => $"{row.Action} {row.Outcome}"));
        Assert.Null(await AuditChain.FirstBreak(clinic.Store.Store, default));
    }

    [Theory, BothDialects]
    public async Task A_wrong_password_and_an_unknown_name_get_the_same_answer(Dialect dialect)
    {
        var (clinic, right) = await Open(dialect);
        await using var _ = clinic;

        var wrong = await clinic.Anyone.SignIn(right with { Password = "wrong" }, default);
        var unknown = await clinic.Anyone.SignIn(right with { Email = "nobody@example.invalid" }, default);
        var tooLong = await clinic.Anyone.SignIn(right with { Password = right.Password + new string('x', 1_000) }, default);

        Assert.Equal("sign-in-failed", wrong.Refused?.Code);
        Assert.Equal(wrong, unknown);
        Assert.Equal(wrong, tooLong);
        foreach (var near in (string[])[right.Password.ToUpperInvariant(), right.Password + " ", " " + right.Password, right.Password[..^1]])
            Assert.Equal(wrong, await clinic.Anyone.SignIn(right with { Password = near }, default));
    }

    [Theory, BothDialects]
    public async Task Each_step_of_signing_in_is_audited_with_its_outcome_and_factor(Dialect dialect)
    {
        var (clinic, right) = await Open(dialect);
        await using var _ = clinic;

        await clinic.Anyone.SignIn(right with { Password = "wrong" }, default);
        var half = (await clinic.Anyone.SignIn(right, default)).Value!;
        await clinic.Factors.GiveCode(new GiveCode(half.Login, "000 000"), default);
        await clinic.Factors.GiveCode(new GiveCode(half.Login, clinic.Code(clinic.DemoSignIn().Seed)), default);

        var rows = (await clinic.Store.Audited()).Where(row => row.Action != "create-demo-clinic").ToList();
        Assert.Equal(["sign-in failed", "sign-in code-next", "give-code wrong", "give-code password+totp"], rows.Select(row => $"{row.Action} {row.Outcome}"));
        Assert.All(rows[1..], row => Assert.Equal((half.Staff.Id.ToString(), half.Staff.Tenant.ToString()), (row.Actor, row.Tenant)));
    }

    [Theory, BothDialects]
    public async Task Ten_tries_a_quarter_of_an_hour_then_not_even_the_right_password(Dialect dialect)
    {
        var (clinic, right) = await Open(dialect);
        await using var _ = clinic;

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => clinic.Anyone.SignIn(right with { Password = "wrong" }, default)));

        Assert.Equal((10, 2), (answers.Count(answer => answer.Refused?.Code == "sign-in-failed"), answers.Count(answer => answer.Refused?.Code == "too-many-tries")));
        Assert.Equal("too-many-tries", (await clinic.Anyone.SignIn(right, default)).Refused?.Code);
        Assert.Equal("sign-in-failed", (await clinic.Anyone.SignIn(right with { Email = "other@example.invalid" }, default)).Refused?.Code);
        clinic.Store.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.NotNull((await clinic.Anyone.SignIn(right, default)).Value);
    }

    [Fact]
    public async Task A_success_does_not_count_and_does_not_wipe_the_failures()
    {
        var (clinic, right) = await Open(Dialect.Sqlite);
        await using var _ = clinic;

        for (var i = 0; i < 9; i++) await clinic.Anyone.SignIn(right with { Password = "wrong" }, default);
        for (var i = 0; i < 3; i++)
        {
            clinic.Store.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.NotNull((await clinic.Anyone.SignIn(right, default)).Value);
        }
        await clinic.Anyone.SignIn(right with { Password = "wrong" }, default);

        Assert.Equal("too-many-tries", (await clinic.Anyone.SignIn(right, default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task A_login_ends_12_hours_after_its_last_use_and_a_week_after_it_began(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        async Task<string?> Code(string login) => (await clinic.Anyone.WhoIs(new WhoIs(login), default)).Refused?.Code;
        var unused = (await clinic.SignInWhole()).Login;
        var used = (await clinic.SignInWhole()).Login;

        for (var halfDays = 0; halfDays < 14; halfDays++)
        {
            Assert.Null(await Code(used));
            clinic.Store.Clock.Advance(TimeSpan.FromHours(12) - TimeSpan.FromSeconds(1));
        }
        Assert.Equal("not-signed-in", await Code(unused));
        Assert.Null(await Code(used));
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal("not-signed-in", await Code(used));
        Assert.Equal("not-signed-in", await Code(Token.New()));
    }

    [Theory, BothDialects]
    public async Task A_member_of_staff_enters_only_a_visit_they_are_part_of(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var signedIn = await clinic.SignInWhole();
        var staff = signedIn.Staff;
        Visit With(StaffId who, VisitId id) => new(id, staff.Tenant, clinic.Call, who, clinic.Patient, clinic.Now, 20, VisitState.Booked, null, null,
            [new Participant(clinic.Participant, VisitRole.Clinician, who, null)]);
        var (own, foreign) = (With(staff.Id, clinic.Visit), With(new StaffId(NewId.Random()), new VisitId(NewId.Random())));
        clinic.Scheduling.Visits.AddRange([own, foreign]);
        var request = new EnterAsStaff(signedIn.Login, own.Id, clinic.Call, clinic.Participant, VisitRole.Clinician);

        Acting.As(new Caller("web", staff.Tenant.ToString(), staff.Id.ToString(), "clinician"));
        var entered = (await clinic.Identity.EnterAsStaff(request, default)).Value!;

        var pass = (await clinic.Read(entered.Pass))!;
        Assert.Equal((staff.Tenant.ToString(), clinic.Participant.ToString(), "clinician", "true"), (pass.Tenant, pass.Subject, pass.Role, pass.Claims["identified"]));
        Assert.Equal(clinic.Patient.ToString(), pass.Claims["patient"]);
        foreach (var wrong in (EnterAsStaff[])[request with { Visit = foreign.Id }, request with { Visit = new VisitId(NewId.Random()) }, request with { Call = new CallId(NewId.Random()) },
            request with { Participant = new ParticipantId(NewId.Random()) }, request with { Role = VisitRole.Patient }])
            Assert.Equal("not-a-participant", (await clinic.Identity.EnterAsStaff(wrong, default)).Refused?.Code);
        Assert.Equal("not-signed-in", (await clinic.Identity.EnterAsStaff(request with { Login = Token.New() }, default)).Refused?.Code);
        Acting.As(new Caller("web", staff.Tenant.ToString(), new StaffId(NewId.Random()).ToString(), "clinician")); // a login that another member of staff shows
        Assert.Equal("not-signed-in", (await clinic.Identity.EnterAsStaff(request, default)).Refused?.Code);
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity;

public sealed class SignInTests
{
    static async Task<(Clinic Clinic, SignIn Right)> Open(Dialect dialect)
    {
        var clinic = await Clinic.Open(dialect, demo: true);
        var (email, password) = clinic.DemoSignIn();
        return (clinic, new SignIn(email, password));
    }

    [Theory, BothDialects]
    public async Task The_right_password_signs_in_and_its_login_is_known_until_signed_out(Dialect dialect)
    {
        var (clinic, right) = await Open(dialect);
        await using var _ = clinic;

        var signedIn = (await clinic.Identity.SignIn(right with { Email = $" {right.Email.ToUpperInvariant()}" }, default)).Value!;
        var known = (await clinic.Identity.WhoIs(new WhoIs(signedIn.Login), default)).Value;
        await clinic.Identity.SignOut(new SignOut(signedIn.Login), default);

        Assert.Equal(signedIn.Staff, known);
        Assert.Equal("not-signed-in", (await clinic.Identity.WhoIs(new WhoIs(signedIn.Login), default)).Refused?.Code);
        Assert.False(await clinic.Store.Holds(signedIn.Login));
        Assert.False(await clinic.Store.Holds(right.Password));
        Assert.False(await clinic.Store.Holds(right.Email));
        Assert.Equal(["sign-in", "sign-out"], (await clinic.Store.Audited()).Select(row => row.Action).Except(["create-demo-clinic"]));
        Assert.Null(await AuditChain.FirstBreak(clinic.Store.Store, default));
    }

    [Theory, BothDialects]
    public async Task A_wrong_password_and_an_unknown_name_get_the_same_answer(Dialect dialect)
    {
        var (clinic, right) = await Open(dialect);
        await using var _ = clinic;

        var wrong = await clinic.Identity.SignIn(right with { Password = "wrong" }, default);
        var unknown = await clinic.Identity.SignIn(right with { Email = "nobody@example.invalid" }, default);
        var tooLong = await clinic.Identity.SignIn(right with { Password = right.Password + new string('x', 1_000) }, default);

        Assert.Equal("sign-in-failed", wrong.Refused?.Code);
        Assert.Equal(wrong, unknown);
        Assert.Equal(wrong, tooLong);
    }

    [Theory, BothDialects]
    public async Task Ten_tries_a_quarter_of_an_hour_then_not_even_the_right_password(Dialect dialect)
    {
        var (clinic, right) = await Open(dialect);
        await using var _ = clinic;

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => clinic.Identity.SignIn(right with { Password = "wrong" }, default)));

        Assert.Equal((10, 2), (answers.Count(answer => answer.Refused?.Code == "sign-in-failed"), answers.Count(answer => answer.Refused?.Code == "too-many-tries")));
        Assert.Equal("too-many-tries", (await clinic.Identity.SignIn(right, default)).Refused?.Code);
        Assert.Equal("sign-in-failed", (await clinic.Identity.SignIn(right with { Email = "other@example.invalid" }, default)).Refused?.Code);
        clinic.Store.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.NotNull((await clinic.Identity.SignIn(right, default)).Value);
    }

    [Fact]
    public async Task A_success_does_not_count_and_does_not_wipe_the_failures()
    {
        var (clinic, right) = await Open(Dialect.Sqlite);
        await using var _ = clinic;

        for (var i = 0; i < 9; i++) await clinic.Identity.SignIn(right with { Password = "wrong" }, default);
        for (var i = 0; i < 3; i++)
        {
            clinic.Store.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.NotNull((await clinic.Identity.SignIn(right, default)).Value);
        }
        await clinic.Identity.SignIn(right with { Password = "wrong" }, default);

        Assert.Equal("too-many-tries", (await clinic.Identity.SignIn(right, default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task A_login_ends_12_hours_after_its_last_use_and_a_week_after_it_began(Dialect dialect)
    {
        var (clinic, right) = await Open(dialect);
        await using var _ = clinic;
        async Task<string?> Code(string login) => (await clinic.Identity.WhoIs(new WhoIs(login), default)).Refused?.Code;
        var unused = (await clinic.Identity.SignIn(right, default)).Value!.Login;
        var used = (await clinic.Identity.SignIn(right, default)).Value!.Login;

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
        var (clinic, right) = await Open(dialect);
        await using var _ = clinic;
        var signedIn = (await clinic.Identity.SignIn(right, default)).Value!;
        var staff = signedIn.Staff;
        Visit With(StaffId who, VisitId id) => new(id, staff.Tenant, clinic.Call, who, clinic.Patient, clinic.Now, 20, VisitState.Booked, null, null,
            [new Participant(clinic.Participant, VisitRole.Clinician, who, null)]);
        var (own, foreign) = (With(staff.Id, clinic.Visit), With(new StaffId(NewId.Random()), new VisitId(NewId.Random())));
        clinic.Scheduling.Visits.AddRange([own, foreign]);
        var request = new EnterAsStaff(signedIn.Login, own.Id, clinic.Call, clinic.Participant, VisitRole.Clinician);

        var entered = (await clinic.Identity.EnterAsStaff(request, default)).Value!;

        var pass = (await clinic.Read(entered.Pass))!;
        Assert.Equal((staff.Tenant.ToString(), clinic.Participant.ToString(), "clinician", "true"), (pass.Tenant, pass.Subject, pass.Role, pass.Claims["identified"]));
        foreach (var wrong in (EnterAsStaff[])[request with { Visit = foreign.Id }, request with { Visit = new VisitId(NewId.Random()) }, request with { Call = new CallId(NewId.Random()) },
            request with { Participant = new ParticipantId(NewId.Random()) }, request with { Role = VisitRole.Patient }])
            Assert.Equal("not-a-participant", (await clinic.Identity.EnterAsStaff(wrong, default)).Refused?.Code);
        Assert.Equal("not-signed-in", (await clinic.Identity.EnterAsStaff(request with { Login = Token.New() }, default)).Refused?.Code);
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity;

/// <summary>Passes name the login or link that they are under; when it ends, those who take passes are told in the same transaction.</summary>
public sealed class LoginsEndTests
{
    static async Task<IReadOnlyList<string>> Told(Clinic clinic) => await clinic.Store.Store.ReadList<string>(
        $"SELECT body FROM outbox WHERE type = '{EventTypes.LoginEnded}' ORDER BY id", null, default);

    [Theory, BothDialects]
    public async Task Signing_out_tells_whose_passes_are_over(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var signedIn = await clinic.SignInWhole();
        var staff = signedIn.Staff;
        clinic.Scheduling.Visits.Add(new Visit(clinic.Visit, staff.Tenant, clinic.Call, staff.Id, clinic.Patient, clinic.Now, 20, VisitState.Booked, null, null,
            [new Participant(clinic.Participant, VisitRole.Clinician, staff.Id, null)]));
        var entered = (await clinic.As(staff).EnterAsStaff(new EnterAsStaff(signedIn.Login, clinic.Visit, clinic.Call, clinic.Participant, VisitRole.Clinician), default)).Value!;
        var login = (await clinic.Read(entered.Pass))!.Login;
        Assert.Equal((await clinic.Factors.LookLogin(new LookLogin(signedIn.Login), default)).Value!.Id.ToString(), login);
        Assert.DoesNotContain(await Told(clinic), told => told.Contains(login, StringComparison.Ordinal));

        await clinic.Anyone.SignOut(new SignOut(signedIn.Login), default);

        Assert.Single(await Told(clinic), told => told.Contains(login, StringComparison.Ordinal));
    }

    [Theory, BothDialects]
    public async Task Revoking_a_link_tells_it_of_that_link_alone(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();
        var (token, other) = (await clinic.Link(), await clinic.Link("k2", VisitRole.Guest));
        var pass = (await clinic.Read((await clinic.Enter(token)).Value!.Pass))!;
        var again = (await clinic.Read((await clinic.Enter(token)).Value!.Pass))!;
        var guests = (await clinic.Read((await clinic.Enter(other)).Value!.Pass))!;
        Assert.Equal(pass.Login, again.Login);
        Assert.NotEqual(pass.Login, guests.Login);

        clinic.Act();
        for (var i = 0; i < 2; i++) await clinic.Identity.RevokeLinks(new RevokeLinks(clinic.Tenant, clinic.Visit, clinic.Participant), default);

        Assert.Equal(2, (await Told(clinic)).Count); // both are links of this participant, each told once
        Assert.Contains(await Told(clinic), told => told.Contains(pass.Login, StringComparison.Ordinal));
    }
}

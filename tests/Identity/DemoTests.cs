using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity;

public sealed class DemoTests
{
    [Theory, BothDialects]
    public async Task A_fresh_store_gets_one_demo_clinic_and_keeps_it(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var before = clinic.DemoSignIn();

        await clinic.Restart(demo: true);

        var staff = (await clinic.Anyone.SignIn(new SignIn(before.Email, before.Password), default)).Value!.Staff;
        Acting.As(new Caller("web", staff.Tenant.ToString(), staff.Id.ToString(), "clinician"));
        var tenant = (await clinic.Identity.GetTenant(new GetTenant(staff.Tenant), default)).Value!;
        Assert.Equal((before.Email, before.Password), (clinic.DemoSignIn().Email, clinic.DemoSignIn().Password));
        Assert.Equal(("Dr. Demo Clinician", StaffRole.Clinician), (staff.Name, staff.Role));
        Assert.True(tenant.Demo);
        Assert.Contains("Demo", tenant.Name, StringComparison.Ordinal);
        Assert.Matches(@"555-01\d\d$", tenant.Phone);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(clinic.Store.Folder.At("demo-sign-in.txt")));
        Assert.Equal(1, await clinic.Store.Store.ReadOne<long>("SELECT COUNT(*) FROM tenants", null, default));
    }

    [Theory, BothDialects]
    public async Task A_one_click_link_works_twice_and_for_half_a_day(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);

        var link = (await clinic.Anyone.DemoSignInLink(new MakeDemoSignInLink(), default)).Value!;
        var logins = new List<string>();
        for (var i = 0; i < 2; i++) logins.Add((await clinic.Anyone.DemoSignIn(new DemoSignIn(link.Token), default)).Value!.Login);

        Assert.Equal(link.Staff, (await clinic.Anyone.WhoIs(new WhoIs(logins[0]), default)).Value);
        Assert.NotEqual(logins[0], logins[1]);
        Assert.False(await clinic.Store.Holds(link.Token));
        Assert.Equal("sign-in-failed", (await clinic.Anyone.DemoSignIn(new DemoSignIn(Token.New()), default)).Refused?.Code);
        clinic.Store.Clock.Advance(TimeSpan.FromHours(12));
        Assert.Equal("sign-in-failed", (await clinic.Anyone.DemoSignIn(new DemoSignIn(link.Token), default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task Without_the_flag_no_clinic_is_made_and_no_link_works(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var link = (await clinic.Anyone.DemoSignInLink(new MakeDemoSignInLink(), default)).Value!;

        await clinic.Restart(demo: false);

        Assert.Equal("demo-off", (await clinic.Anyone.DemoSignIn(new DemoSignIn(link.Token), default)).Refused?.Code);
        Assert.Equal("demo-off", (await clinic.Anyone.DemoSignInLink(new MakeDemoSignInLink(), default)).Refused?.Code);
        await using var plain = await Clinic.Open(dialect);
        Assert.Equal(0, await plain.Store.Store.ReadOne<long>("SELECT COUNT(*) FROM tenants", null, default));
        Assert.False(File.Exists(plain.Store.Folder.At("demo-sign-in.txt")));
    }

    [Theory, BothDialects]
    public async Task Staff_and_clinic_are_seen_within_their_clinic_only(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var staff = (await clinic.Anyone.DemoSignInLink(new MakeDemoSignInLink(), default)).Value!.Staff;

        Acting.As(new Caller("web", staff.Tenant.ToString(), staff.Id.ToString(), "clinician"));
        Assert.Equal(staff, (await clinic.Identity.GetStaff(new GetStaff(staff.Tenant, staff.Id), default)).Value);
        Acting.As(new Caller("web", clinic.Tenant.ToString(), "stf_x", "clinician"));
        Assert.Equal("no-such-staff", (await clinic.Identity.GetStaff(new GetStaff(clinic.Tenant, staff.Id), default)).Refused?.Code);
        Assert.True(await NotAllowed.Is(() => clinic.Identity.GetStaff(new GetStaff(staff.Tenant, staff.Id), default)));
        Assert.Equal("no-such-tenant", (await clinic.Identity.GetTenant(new GetTenant(staff.Tenant), default)).Refused?.Code);
    }
}

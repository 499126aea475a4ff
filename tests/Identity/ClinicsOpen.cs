using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity;

/// <summary>A clinic that the operator opens, and how its first admin gets in.</summary>
public sealed class ClinicsOpen
{
    static readonly OpenClinic Asked = new("a-key-of-its-own", Clinic.OperatorSecret, "Harbour Clinic", "+1 202-555-0143", "Europe/Berlin", "Mara Stone", "mara@harbour.invalid");

    [Theory, BothDialects]
    public async Task The_first_admin_takes_up_an_invitation_and_may_do_nothing_without_a_second_factor(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        Acting.As(Caller.Anyone("web"));
        var opened = (await clinic.Staff.OpenClinic(Asked, default)).Value!;

        Assert.Equal(new InvitationSeen("Harbour Clinic", "Mara Stone", StaffRole.Admin, Demo: false), (await clinic.Invited.LookInvitation(new LookInvitation(opened.Admin.Token), default)).Value);
        var taken = (await clinic.Invited.TakeInvitation(new TakeInvitation(opened.Admin.Token, "seven green lanterns"), default)).Value!;
        Assert.Equal((LoginLevel.Enrol, opened.Tenant), (taken.Level, taken.Staff.Tenant));
        Assert.Equal("factor-missing", (await clinic.Anyone.WhoIs(new WhoIs(taken.Login), default)).Refused?.Code);
        Assert.False(await clinic.Store.Holds(Asked.AdminEmail));
        clinic.As(taken.Staff);
        Assert.Equal(18, (await clinic.Identity.GetTenant(new GetTenant(opened.Tenant), default)).Value!.MajorityAge);
    }

    [Theory, BothDialects]
    public async Task A_clinic_says_when_people_come_of_age_where_it_is(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        Acting.As(Caller.Anyone("web"));
        var opened = (await clinic.Staff.OpenClinic(Asked with { MajorityAge = 19 }, default)).Value!;
        Assert.Equal(19, (await clinic.ForNotifications(opened.Tenant).GetTenant(new GetTenant(opened.Tenant), default)).Value!.MajorityAge);
    }

    [Theory, BothDialects]
    public async Task The_same_request_renews_the_invitation_until_it_is_taken_up(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        Acting.As(Caller.Anyone("web"));
        var first = (await clinic.Staff.OpenClinic(Asked, default)).Value!;
        clinic.Store.Clock.Advance(TimeSpan.FromHours(80));
        Assert.Equal("invitation-not-valid", (await clinic.Invited.LookInvitation(new LookInvitation(first.Admin.Token), default)).Refused?.Code);

        var again = (await clinic.Staff.OpenClinic(Asked, default)).Value!;
        Assert.Equal((first.Tenant, first.Admin.Staff, first.Admin.Token), (again.Tenant, again.Admin.Staff, again.Admin.Token));
        Assert.True(again.Admin.Expires > first.Admin.Expires);
        Assert.NotNull((await clinic.Invited.TakeInvitation(new TakeInvitation(again.Admin.Token, "seven green lanterns"), default)).Value);
        Assert.Equal("email-taken", (await clinic.Staff.OpenClinic(Asked, default)).Refused?.Code);
        Assert.Equal("idempotency-mismatch", (await clinic.Staff.OpenClinic(Asked with { Name = "Another Clinic" }, default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task Nothing_is_opened_without_the_operators_secret_or_with_words_that_are_wrong(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        Acting.As(Caller.Anyone("web"));
        var before = await clinic.Store.Store.ReadOne<long>("SELECT COUNT(*) FROM tenants", null, default);
        foreach (var (asked, code) in ((OpenClinic, string)[])[
            (Asked with { Secret = "guessed" }, "not-operator"), (Asked with { Secret = "" }, "not-operator"), (Asked with { Name = " " }, "clinic-name-wrong"),
            (Asked with { Name = "Har\nbour" }, "clinic-name-wrong"), (Asked with { Phone = "call us" }, "clinic-phone-wrong"), (Asked with { Phone = "202-555-0143" }, "clinic-phone-wrong"),
            (Asked with { Zone = "Berlin" }, "clinic-zone-wrong"), (Asked with { Zone = "Europe/Nowhere" }, "clinic-zone-wrong"), (Asked with { AdminName = "" }, "staff-name-wrong"),
            (Asked with { AdminEmail = "mara" }, "email-wrong"), (Asked with { MajorityAge = 14 }, "majority-age-wrong"), (Asked with { MajorityAge = 22 }, "majority-age-wrong")])
            Assert.Equal(code, (await clinic.Staff.OpenClinic(asked, default)).Refused?.Code);
        Assert.Equal(before, await clinic.Store.Store.ReadOne<long>("SELECT COUNT(*) FROM tenants", null, default));
    }
}

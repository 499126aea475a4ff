using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity.Emergencies;

/// <summary>A clinician opens the record of somebody else's visit: by a reason, for four hours, for one patient, under one login, and never unseen.</summary>
public sealed class BreakGlassTests
{
    static readonly TimeSpan FourHours = TimeSpan.FromHours(4), ASecond = TimeSpan.FromSeconds(1);

    [Theory, BothDialects]
    public async Task A_reason_opens_one_record_the_admins_are_told_and_the_reason_is_sealed(Dialect dialect)
    {
        await using var ward = await Ward.Open(dialect);
        var gone = await ward.Member(StaffRole.Admin);
        ward.As(ward.Admin);
        await ward.Clinic.Staff.DisableStaff(new DisableStaff(gone.Tenant, gone.Id, true), default);

        var grant = await ward.Broken();

        Assert.Equal((ward.Visit.Id, ward.Visit.Patient, FourHours), (grant.Visit, grant.Patient, TimeSpan.FromMicroseconds(grant.EndsAt - grant.GrantedAt)));
        Assert.True(await ward.Opens(grant));
        var body = Assert.Single((await ward.Clinic.Store.Waiting()).Where(row => row.Type == EventTypes.GlassBroken)).Body;
        var told = JsonSerializer.Deserialize(body, ContractsJson.Default.GlassBroken)!;
        Assert.Equal((grant.Id, ward.Clinician.Tenant), (told.Emergency, told.Tenant));
        Assert.Contains(ward.Admin.Id, told.Admins);
        Assert.DoesNotContain(gone.Id, told.Admins);
        Assert.DoesNotContain(ward.Clinician.Id, told.Admins);
        Assert.Equal([ward.Row("break-glass", "ok", ward.Clinician.Id.ToString(), grant)], await ward.Rows(grant));
        Assert.False(await ward.Clinic.Store.Holds("Quillfeather"), "the reason is sealed");
        Assert.False(await ward.Clinic.Store.Holds(ward.Login), "the login's secret is kept nowhere");
        Assert.Null(await AuditChain.FirstBreak(ward.Clinic.Store.Store, default));
    }

    [Theory, BothDialects]
    public async Task After_four_hours_it_is_over_and_that_is_noted_once(Dialect dialect)
    {
        await using var ward = await Ward.Open(dialect);
        var grant = await ward.Broken();
        ward.Clinic.Store.Clock.Advance(FourHours - ASecond);
        Assert.True(await ward.Opens(grant));
        Assert.Equal(0, await ward.Watch.Look(default));

        ward.Clinic.Store.Clock.Advance(ASecond);

        Assert.False(await ward.Opens(grant));
        ward.As(ward.Clinician);
        Assert.Equal("no-emergency", (await ward.Clinic.Emergencies.FindEmergency(new FindEmergency(ward.Login, ward.Visit.Id), default)).Refused?.Code);
        // The service's own watch looks too, as the clock goes on: whoever comes first, once.
        for (var i = 0; i < 2; i++) await ward.Watch.Look(default);
        Assert.Equal([ward.Row("end-emergency", "time", "service:identity", grant)], (await ward.Rows(grant)).Skip(1));
        Assert.NotEqual(grant.Id, (await ward.Broken("k2")).Id);
    }

    [Theory, BothDialects]
    public async Task It_opens_nothing_to_another_clinician_for_another_patient_or_in_another_clinic(Dialect dialect)
    {
        await using var ward = await Ward.Open(dialect);
        var grant = await ward.Broken();

        Assert.False(await ward.Opens(grant, by: ward.Colleague));
        Assert.False(await ward.Opens(grant, patient: new PatientId(NewId.Random())));
        Assert.False(await ward.Opens(grant, by: ward.Clinician with { Tenant = new TenantId(NewId.Random()) }));
        Assert.False(await ward.Opens(grant with { Id = new EmergencyId(NewId.Random()) }));
        Assert.True(await ward.Opens(grant));
    }

    [Theory, BothDialects]
    public async Task It_is_over_with_the_login_that_it_was_given_to_and_no_other_login_has_it(Dialect dialect)
    {
        await using var ward = await Ward.Open(dialect);
        var grant = await ward.Broken();
        var other = await ward.SignIn(ward.Clinician);
        ward.As(ward.Clinician);
        Assert.Equal("no-emergency", (await ward.Clinic.Emergencies.FindEmergency(new FindEmergency(other, ward.Visit.Id), default)).Refused?.Code);

        await ward.Clinic.Anyone.SignOut(new SignOut(ward.Login), default);

        Assert.False(await ward.Opens(grant));
        for (var i = 0; i < 2; i++) await ward.Watch.Look(default);
        Assert.Equal([ward.Row("end-emergency", "login", "service:identity", grant)], (await ward.Rows(grant)).Skip(1));
    }

    [Theory, BothDialects]
    public async Task Its_clinician_and_an_admin_can_end_it_and_nobody_else(Dialect dialect)
    {
        await using var ward = await Ward.Open(dialect);
        var grant = await ward.Broken();
        var end = new EndEmergency(ward.Clinician.Tenant, grant.Id);
        ward.As(ward.Colleague);
        Assert.Equal("no-such-emergency", (await ward.Clinic.Emergencies.EndEmergency(end, default)).Refused?.Code);
        foreach (var role in (StaffRole[])[StaffRole.FrontDesk, StaffRole.Auditor, StaffRole.Operator])
        {
            ward.As(ward.Admin with { Role = role });
            Assert.True(await NotAllowed.Is(() => ward.Clinic.Emergencies.EndEmergency(end, default)));
        }
        Assert.True(await ward.Opens(grant));

        ward.As(ward.Admin);
        for (var i = 0; i < 2; i++) Assert.NotNull((await ward.Clinic.Emergencies.EndEmergency(end, default)).Value);
        Assert.False(await ward.Opens(grant));
        Assert.Equal(ward.Row("end-emergency", "admin", ward.Admin.Id.ToString(), grant), (await ward.Rows(grant))[^1]);
        Assert.Equal(2, (await ward.Rows(grant)).Count);

        var second = await ward.Broken("k2");
        ward.As(ward.Clinician);
        await ward.Clinic.Emergencies.EndEmergency(end with { Id = second.Id }, default);
        Assert.False(await ward.Opens(second));
        Assert.Equal(ward.Row("end-emergency", "clinician", ward.Clinician.Id.ToString(), second), (await ward.Rows(second))[^1]);
    }

    [Theory, BothDialects]
    public async Task Copies_of_one_request_are_one_grant_told_once(Dialect dialect)
    {
        await using var ward = await Ward.Open(dialect);

        var grants = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ward.Break()));
        var again = await ward.Break("k2"); // as long as it is open there is one

        Assert.Equal(grants[0].Value!.Id, Assert.Single(grants.Append(again).Select(grant => grant.Value!.Id).Distinct()));
        Assert.Single((await ward.Clinic.Store.Waiting()).Where(row => row.Type == EventTypes.GlassBroken));
        Assert.Equal("idempotency-mismatch", (await ward.Break(reason: "Another reason altogether")).Refused?.Code);
    }

    [Theory]
    [InlineData(""), InlineData("too short"), InlineData("         x         "), InlineData("a bell rings \u0007 here")]
    public async Task Without_a_reason_nothing_opens(string reason)
    {
        await using var ward = await Ward.Open(Dialect.Sqlite);
        foreach (var typed in (string[])[reason, new string('x', 1_001)])
            Assert.Equal("emergency-reason-wrong", (await ward.Break(reason: typed)).Refused?.Code);
        Assert.NotNull((await ward.Break(reason: $"{new string('x', 990)}\r\nlast one")).Value);
    }

    [Theory, BothDialects]
    public async Task Nobody_but_a_clinician_of_the_clinic_by_their_own_login_is_given_one(Dialect dialect)
    {
        await using var ward = await Ward.Open(dialect);
        var (own, elsewhere) = (ward.Booked(ward.Clinician, ward.Clinic.Patient), await ward.Member(StaffRole.Clinician, new TenantId(NewId.Random())));

        Assert.Equal("own-visit", (await ward.Break(visit: own)).Refused?.Code);
        Assert.Equal("not-signed-in", (await ward.Break(login: await ward.SignIn(ward.Colleague))).Refused?.Code);
        Assert.Equal("not-signed-in", (await ward.Break(login: "no-such-login")).Refused?.Code);
        Assert.Equal("no-such-visit", (await ward.Break(by: elsewhere, login: await ward.SignIn(elsewhere))).Refused?.Code);
        foreach (var role in Enum.GetValues<StaffRole>().Where(role => role != StaffRole.Clinician))
        {
            var member = await ward.Member(role);
            var login = await ward.SignIn(member);
            Assert.True(await NotAllowed.Is(() => ward.Break(by: member, login: login)), $"{role}");
            // Whatever the caller says that they are, the login says who it is.
            Assert.Equal("not-signed-in", (await ward.Break(by: member with { Role = StaffRole.Clinician }, login: login)).Refused?.Code);
        }
        Assert.Empty((await ward.Clinic.Store.Waiting()).Where(row => row.Type == EventTypes.GlassBroken));
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity.Emergencies;

/// <summary>The queue: nothing leaves it before another than its clinician has looked at it.</summary>
public sealed class ReviewTests
{
    const string Note = "Zabrodskaya rang the ambulance";

    static Task<Answer<Done>> Review(Ward ward, StaffMember by, EmergencyId id, EmergencyVerdict verdict = EmergencyVerdict.Right, string note = Note)
    {
        ward.As(by);
        return ward.Clinic.Emergencies.ReviewEmergency(new ReviewEmergency(ward.Clinician.Tenant, id, verdict, note), default);
    }

    static async Task<int> Waiting(Ward ward) => (await ward.Clinic.Emergencies.CountEmergencies(new CountEmergencies(ward.Clinician.Tenant), default)).Value!.Waiting;

    [Theory, BothDialects]
    public async Task Each_use_waits_until_an_admin_has_noted_what_they_found(Dialect dialect)
    {
        await using var ward = await Ward.Open(dialect);
        var first = await ward.Broken();
        ward.Clinic.Store.Clock.Advance(TimeSpan.FromHours(5));
        var second = await ward.Broken("k2");

        ward.As(ward.Admin);
        Assert.Equal(2, await Waiting(ward));
        var listed = (await ward.Clinic.Emergencies.ListEmergencies(new ListEmergencies(ward.Clinician.Tenant), default)).Value!.Emergencies;
        Assert.Equal([(first.Id, false), (second.Id, true)], listed.Select(entry => (entry.Id, entry.Open)));
        Assert.Equal(ward.Clinician.Id, listed[0].Staff);
        var read = (await ward.Clinic.Emergencies.GetEmergency(new GetEmergency(ward.Clinician.Tenant, first.Id), default)).Value!;
        Assert.Equal((Ward.Reason, null), (read.Reason.Reveal, read.Note?.Reveal));
        Assert.Equal(ward.Row("read-emergency", "ok", ward.Admin.Id.ToString(), first, purpose: false), (await ward.Rows(first))[^1]);
        Assert.DoesNotContain("Quillfeather", read.ToString(), StringComparison.Ordinal);

        Assert.NotNull((await Review(ward, ward.Admin, first.Id)).Value);

        Assert.Equal(1, await Waiting(ward));
        Assert.Equal(ward.Row("review-emergency", "right", ward.Admin.Id.ToString(), first), (await ward.Rows(first))[^1]);
        var reviewed = (await ward.Clinic.Emergencies.GetEmergency(new GetEmergency(ward.Clinician.Tenant, first.Id), default)).Value!;
        Assert.Equal((Note, ward.Admin.Id, EmergencyVerdict.Right), (reviewed.Note?.Reveal, reviewed.Entry.Review!.By, reviewed.Entry.Review.Verdict));
        listed = (await ward.Clinic.Emergencies.ListEmergencies(new ListEmergencies(ward.Clinician.Tenant), default)).Value!.Emergencies;
        Assert.Equal([second.Id, first.Id], listed.Select(entry => entry.Id)); // what waits comes first
        Assert.False(await ward.Clinic.Store.Holds("Zabrodskaya"), "what was found is sealed");
    }

    [Theory, BothDialects]
    public async Task A_review_stands_and_the_same_again_changes_nothing(Dialect dialect)
    {
        await using var ward = await Ward.Open(dialect);
        var grant = await ward.Broken();
        for (var i = 0; i < 2; i++) Assert.NotNull((await Review(ward, ward.Admin, grant.Id)).Value);
        Assert.Equal("emergency-reviewed", (await Review(ward, ward.Admin, grant.Id, EmergencyVerdict.NotRight)).Refused?.Code);
        Assert.Equal("emergency-reviewed", (await Review(ward, await ward.Member(StaffRole.Admin), grant.Id)).Refused?.Code);
        Assert.Single((await ward.Rows(grant)).Where(row => row.StartsWith("review-emergency", StringComparison.Ordinal)));
    }

    [Theory, BothDialects]
    public async Task Nobody_reviews_their_own_even_who_became_an_admin(Dialect dialect)
    {
        await using var ward = await Ward.Open(dialect);
        var grant = await ward.Broken();
        Assert.Equal("own-emergency", (await Review(ward, ward.Clinician with { Role = StaffRole.Admin }, grant.Id)).Refused?.Code);
        ward.As(ward.Admin);
        Assert.Equal(1, await Waiting(ward));
    }

    [Theory, BothDialects]
    public async Task Only_admins_review_auditors_read_and_nobody_of_another_clinic_sees_any(Dialect dialect)
    {
        await using var ward = await Ward.Open(dialect);
        var (grant, tenant) = (await ward.Broken(), ward.Clinician.Tenant);
        foreach (var role in Enum.GetValues<StaffRole>().Where(role => role != StaffRole.Admin))
            Assert.True(await NotAllowed.Is(() => Review(ward, ward.Admin with { Role = role }, grant.Id)), $"{role}");
        foreach (var note in (string[])["", "  ", new string('x', 1_001)]) Assert.Equal("emergency-note-wrong", (await Review(ward, ward.Admin, grant.Id, note: note)).Refused?.Code);
        ward.As(ward.Admin with { Role = StaffRole.Auditor });
        Assert.Equal(Ward.Reason, (await ward.Clinic.Emergencies.GetEmergency(new GetEmergency(tenant, grant.Id), default)).Value!.Reason.Reveal);
        foreach (var role in (StaffRole[])[StaffRole.Clinician, StaffRole.FrontDesk, StaffRole.Operator])
        {
            ward.As(ward.Admin with { Role = role });
            Assert.True(await NotAllowed.Is(() => ward.Clinic.Emergencies.GetEmergency(new GetEmergency(tenant, grant.Id), default)));
            Assert.True(await NotAllowed.Is(() => ward.Clinic.Emergencies.ListEmergencies(new ListEmergencies(tenant), default)));
        }
        var elsewhere = new TenantId(NewId.Random());
        ward.As(ward.Admin with { Tenant = elsewhere });
        Assert.Equal("no-such-emergency", (await ward.Clinic.Emergencies.GetEmergency(new GetEmergency(elsewhere, grant.Id), default)).Refused?.Code);
        Assert.Empty((await ward.Clinic.Emergencies.ListEmergencies(new ListEmergencies(elsewhere), default)).Value!.Emergencies);
        Assert.Equal("no-such-emergency", (await ward.Clinic.Emergencies.ReviewEmergency(new ReviewEmergency(elsewhere, grant.Id, EmergencyVerdict.Right, Note), default)).Refused?.Code);
        Assert.True(await NotAllowed.Is(() => ward.Clinic.Emergencies.GetEmergency(new GetEmergency(tenant, grant.Id), default)));
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity;

public sealed class LinkTests
{
    [Theory, BothDialects]
    public async Task A_link_has_at_least_128_bits_and_lies_nowhere(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();

        var token = await clinic.Link();

        Assert.True(System.Buffers.Text.Base64Url.DecodeFromChars(token).Length >= 16);
        Assert.True(await clinic.Store.Holds(clinic.Visit.ToString()), "the scan must be able to find something");
        Assert.False(await clinic.Store.Holds(token));
    }

    [Theory, BothDialects]
    public async Task The_same_request_answers_the_same_link_and_another_under_its_key_is_refused(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();

        var tokens = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => clinic.Link()));

        Assert.Single(tokens.Distinct());
        Assert.NotEqual(tokens[0], await clinic.Link("k2"));
        Assert.Equal("idempotency-mismatch", (await clinic.Identity.CreateLink(clinic.Request(role: VisitRole.Guest), default)).Refused?.Code);
    }

    [Fact]
    public async Task What_cannot_be_a_link_is_refused()
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        clinic.Act();
        async Task<string?> Code(CreateLink request) => (await clinic.Identity.CreateLink(request, default)).Refused?.Code;

        Assert.Equal("patient-missing", await Code(clinic.Request() with { Patient = null }));
        Assert.Equal("link-times-wrong", await Code(clinic.Request(expires: clinic.Now)));
        Assert.Equal("link-times-wrong", await Code(clinic.Request(notBefore: clinic.Now + 10, expires: clinic.Now + 10)));
        Assert.True(await NotAllowed.Is(() => Code(clinic.Request() with { Tenant = new TenantId(NewId.Random()) })));
    }

    [Theory, BothDialects]
    public async Task A_clinician_makes_links_into_their_own_visits_alone(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var (own, another) = (clinic.Clinician, new StaffId(NewId.Random()));
        Task<Answer<LinkCreated>> Ask(StaffId staff, CreateLink request) =>
            clinic.As(new Caller("web", clinic.Tenant.ToString(), staff.ToString(), "clinician")).CreateLink(request, default);

        Assert.Equal("not-a-participant", (await Ask(another, clinic.Request("a"))).Refused?.Code);
        Assert.Equal("not-a-participant", (await Ask(own, clinic.Request("b") with { Participant = new ParticipantId(NewId.Random()) })).Refused?.Code);
        Assert.Equal("not-a-participant", (await Ask(own, clinic.Request("c") with { Patient = new PatientId(NewId.Random()) })).Refused?.Code);
        Assert.Equal("not-a-participant", (await Ask(own, clinic.Request("d") with { Visit = new VisitId(NewId.Random()) })).Refused?.Code);
        Assert.NotNull((await Ask(own, clinic.Request("e"))).Value);
        clinic.Act();
        Assert.Equal("not-a-participant", (await clinic.Identity.CreateLink(clinic.Request("f") with { Visit = new VisitId(NewId.Random()) }, default)).Refused?.Code);
        Assert.Equal(5, (await clinic.Store.Audited()).Count(row => row is { Action: "create-link", Outcome: "not-a-participant" }));
    }

    [Theory, BothDialects]
    public async Task Looking_shows_times_and_ids_only_and_does_not_bind(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();
        var token = await clinic.Link();

        for (var i = 0; i < 3; i++)
            Assert.Equal(new LinkSeen(clinic.Tenant, clinic.Visit, clinic.Participant, VisitRole.Patient, false, clinic.Now - Clinic.Hour, clinic.Now + 24 * Clinic.Hour),
                (await clinic.Anyone.LookLink(new LookLink(token), default)).Value);
        await clinic.Enter(token);

        Assert.True((await clinic.Anyone.LookLink(new LookLink(token), default)).Value!.Bound);
    }

    [Theory, BothDialects]
    public async Task Unknown_forged_expired_and_revoked_are_one_answer(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();
        var good = await clinic.Link("good");
        var expired = await clinic.Link("old", expires: clinic.Now + 5);
        var revoked = (await clinic.Identity.CreateLink(clinic.Request("revoked") with { Participant = new ParticipantId(NewId.Random()) }, default)).Value!.Token;
        var whose = (await clinic.Anyone.LookLink(new LookLink(revoked), default)).Value!.Participant;
        clinic.Act();
        await clinic.Identity.RevokeLinks(new RevokeLinks(clinic.Tenant, clinic.Visit, whose), default);
        clinic.Store.Clock.Advance(TimeSpan.FromMicroseconds(5));
        var forged = (good[0] == 'A' ? 'B' : 'A') + good[1..];

        var answers = new List<Refusal?>();
        foreach (var token in (string[])[Token.New(), forged, expired, revoked, "", "x", new string('y', 5_000)])
        {
            answers.Add((await clinic.Anyone.LookLink(new LookLink(token), default)).Refused);
            answers.Add((await clinic.Enter(token)).Refused);
            answers.Add((await clinic.Prove(token, Token.New(), Clinic.BirthDate)).Refused);
        }

        Assert.Equal("link-not-valid", Assert.Single(answers.Distinct())?.Code);
        Assert.NotNull((await clinic.Enter(good)).Value);
    }

    [Theory, BothDialects]
    public async Task An_early_link_may_be_looked_at_but_not_entered(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();
        var token = await clinic.Link(notBefore: clinic.Now + 10);

        Assert.NotNull((await clinic.Anyone.LookLink(new LookLink(token), default)).Value);
        Assert.Equal("link-early", (await clinic.Enter(token)).Refused?.Code);
        Assert.Equal("link-early", (await clinic.Prove(token, Token.New(), Clinic.BirthDate)).Refused?.Code);
        clinic.Store.Clock.Advance(TimeSpan.FromMicroseconds(10));
        Assert.NotNull((await clinic.Enter(token)).Value);
    }

    [Theory, BothDialects]
    public async Task Another_clinic_cannot_revoke_a_link(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();
        var token = await clinic.Link();
        Acting.As(new Caller("web", new TenantId(NewId.Random()).ToString(), "stf_x", "front-desk"));

        Assert.True(await NotAllowed.Is(() => clinic.Identity.RevokeLinks(new RevokeLinks(clinic.Tenant, clinic.Visit, clinic.Participant), default)));

        Assert.NotNull((await clinic.Enter(token)).Value);
        Assert.Null(await AuditChain.FirstBreak(clinic.Store.Store, default));
    }
}

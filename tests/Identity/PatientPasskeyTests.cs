using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity;

/// <summary>Passkeys of patients: made where a link knows the device, they open the visits that are open and nothing else, each answer once.</summary>
public sealed class PatientPasskeyTests
{
    const string Origin = "https://clinic.example";
    const long Minute = 60_000_000;

    /// <summary>A clinic whose patient has a visit now and one on another day, with a link that a device has entered by and given the birth date on.</summary>
    static async Task<(Clinic Clinic, string Token, string Device)> Open(Dialect dialect, bool demo = false)
    {
        var clinic = await Clinic.Open(dialect, demo);
        clinic.Scheduling.Visits[0] = clinic.Scheduling.Visits[0] with { StartsAt = clinic.Now };
        var token = await clinic.Link();
        var device = (await clinic.Enter(token)).Value!.Device!;
        Assert.NotNull((await clinic.Prove(token, device, Clinic.BirthDate)).Value);
        return (clinic, token, device);
    }

    static async Task<string?> Make(Clinic clinic, string token, string device, SoftKey key)
    {
        var begun = await clinic.PatientPasskeys.BeginPatientPasskey(new BeginPatientPasskey(token, device, Origin), default);
        if (begun.Refused is { } why) return why.Code;
        return (await clinic.PatientPasskeys.AddPatientPasskey(new AddPatientPasskey(token, device, Origin, begun.Value!.Ceremony, key.Create(begun.Value.Options)), default)).Refused?.Code;
    }

    static async Task<Answer<OwnVisits>> Enter(Clinic clinic, SoftKey key, string? device = null, string origin = Origin)
    {
        var begun = (await clinic.PatientPasskeys.BeginPatientEntry(new BeginPatientEntry(origin), default)).Value!;
        return await clinic.PatientPasskeys.EnterWithPasskey(new EnterWithPasskey(origin, begun.Ceremony, key.Get(begun.Options), device), default);
    }

    static Visit Another(Clinic clinic, long startsAt, VisitState state = VisitState.Booked) => clinic.Scheduling.Visits[0] with
    {
        Id = new VisitId(NewId.Random()), Call = new CallId(NewId.Random()), StartsAt = startsAt, State = state,
        Participants = [new Participant(new ParticipantId(NewId.Random()), VisitRole.Patient, null, clinic.Patient)],
    };

    [Theory, BothDialects]
    public async Task It_opens_the_visit_on_a_device_that_no_link_has_seen(Dialect dialect)
    {
        var (clinic, token, device) = await Open(dialect);
        await using var _ = clinic;
        using var key = new SoftKey();
        Assert.Null(await Make(clinic, token, device, key));

        var own = (await Enter(clinic, key)).Value!;

        Assert.NotEqual(device, own.Device);
        var visit = Assert.Single(own.Open);
        var entered = (await clinic.Enter(visit.Token, own.Device)).Value!;
        Assert.Equal((true, clinic.Visit, clinic.Participant), (entered.Identified, entered.Visit, entered.Participant));
        Assert.Equal(clinic.Patient.ToString(), (await clinic.Read(entered.Pass))!.Claims["patient"]);
        Assert.False((await clinic.Enter(visit.Token)).Value!.Identified); // the link is this device's
        Assert.Contains((await clinic.Store.Audited()), row => row is { Action: "enter-with-passkey", Outcome: "ok" } && row.Subject == clinic.Patient.ToString() && row.Actor == clinic.Patient.ToString());
        Assert.Equal(device, (await Enter(clinic, key, device)).Value!.Device); // a device that is known stays itself
    }

    [Theory, BothDialects]
    public async Task Only_what_is_open_now_opens_and_later_visits_are_told_by_their_times(Dialect dialect)
    {
        var (clinic, token, device) = await Open(dialect);
        await using var _ = clinic;
        using var key = new SoftKey();
        Assert.Null(await Make(clinic, token, device, key));
        var now = clinic.Now;
        var stranger = new PatientId(NewId.Random());
        var visits = new[]
        {
            Another(clinic, now + VisitLinkTimes.OpensBefore), Another(clinic, now - 20 * Minute - VisitLinkTimes.ClosesAfter + 1), // the first and the last moment
            Another(clinic, now + VisitLinkTimes.OpensBefore + 1), Another(clinic, now - 20 * Minute - VisitLinkTimes.ClosesAfter),
            Another(clinic, now, VisitState.Ended), Another(clinic, now, VisitState.NoShow), Another(clinic, now) with { Patient = stranger }, Another(clinic, now) with { Tenant = new TenantId(NewId.Random()) },
        };
        clinic.Scheduling.Visits.Clear();
        clinic.Scheduling.Visits.AddRange(visits);

        var own = (await Enter(clinic, key)).Value!;

        Assert.Equal([visits[1].StartsAt, visits[0].StartsAt], own.Open.Select(visit => visit.StartsAt).Order());
        Assert.Equal([visits[2].StartsAt], own.Next);
    }

    [Theory, BothDialects]
    public async Task It_is_made_only_where_the_birth_date_was_given(Dialect dialect)
    {
        var (clinic, token, device) = await Open(dialect);
        await using var _ = clinic;
        using var key = new SoftKey();
        var other = (await clinic.Enter(token)).Value!.Device!;
        foreach (var unknown in (string[])[other, Token.New(), "", "short"]) Assert.Equal("device-not-known", await Make(clinic, token, unknown, key));
        Assert.Equal("link-not-valid", await Make(clinic, Token.New(), device, key));
        var found = await clinic.Link("k3");
        Assert.Equal("device-not-known", await Make(clinic, found, (await clinic.Enter(found)).Value!.Device!, key)); // whoever came first by a link has a visit, not all of them
        var guests = await clinic.Link("k2", VisitRole.Interpreter);
        Assert.Equal("device-not-known", await Make(clinic, guests, (await clinic.Enter(guests)).Value!.Device!, key));

        Assert.NotNull((await clinic.Prove(token, other, Clinic.BirthDate)).Value);
        Assert.Null(await Make(clinic, token, other, key));

        // A ceremony that another patient's link began, or that was begun twice ago, makes nothing here.
        var begun = (await clinic.PatientPasskeys.BeginPatientPasskey(new BeginPatientPasskey(token, device, Origin), default)).Value!;
        using var second = new SoftKey();
        var made = second.Create(begun.Options);
        Assert.Null((await clinic.PatientPasskeys.AddPatientPasskey(new AddPatientPasskey(token, device, Origin, begun.Ceremony, made), default)).Refused);
        Assert.Equal("passkey-refused", (await clinic.PatientPasskeys.AddPatientPasskey(new AddPatientPasskey(token, device, Origin, begun.Ceremony, made), default)).Refused?.Code);
        for (var count = 2; count < 10; count++)
        {
            using var more = new SoftKey();
            Assert.Null(await Make(clinic, token, device, more));
        }
        using var eleventh = new SoftKey();
        Assert.Equal("too-many-passkeys", await Make(clinic, token, device, eleventh));
    }

    [Theory, BothDialects]
    public async Task What_is_not_right_opens_nothing_and_says_the_same(Dialect dialect)
    {
        var (clinic, token, device) = await Open(dialect, demo: true);
        await using var _ = clinic;
        using var key = new SoftKey();
        using var stranger = new SoftKey();
        Assert.Null(await Make(clinic, token, device, key));
        Assert.NotNull((await Enter(clinic, key)).Value);

        var answers = new List<string?> { (await Enter(clinic, stranger)).Refused?.Code, (await Enter(clinic, key, origin: "https://elsewhere.example")).Refused?.Code };
        key.Verified = false;
        answers.Add((await Enter(clinic, key)).Refused?.Code);
        key.Verified = true;
        // Staff's ceremony is none of theirs, and theirs none of staff's.
        var staffs = (await clinic.Passkeys.BeginPasskeySignIn(new BeginPasskeySignIn(Origin), default)).Value!;
        answers.Add((await clinic.PatientPasskeys.EnterWithPasskey(new EnterWithPasskey(Origin, staffs.Ceremony, key.Get(staffs.Options), null), default)).Refused?.Code);
        var theirs = (await clinic.PatientPasskeys.BeginPatientEntry(new BeginPatientEntry(Origin), default)).Value!;
        answers.Add((await clinic.Passkeys.PasskeySignIn(new PasskeySignIn(Origin, theirs.Ceremony, key.Get(theirs.Options)), default)).Refused?.Code);
        // Nor does a patient's passkey sign staff in.
        staffs = (await clinic.Passkeys.BeginPasskeySignIn(new BeginPasskeySignIn(Origin), default)).Value!;
        answers.Add((await clinic.Passkeys.PasskeySignIn(new PasskeySignIn(Origin, staffs.Ceremony, key.Get(staffs.Options)), default)).Refused?.Code);
        var begun = (await clinic.PatientPasskeys.BeginPatientEntry(new BeginPatientEntry(Origin), default)).Value!;
        var shown = key.Get(begun.Options);
        Assert.NotNull((await clinic.PatientPasskeys.EnterWithPasskey(new EnterWithPasskey(Origin, begun.Ceremony, shown, null), default)).Value);
        answers.Add((await clinic.PatientPasskeys.EnterWithPasskey(new EnterWithPasskey(Origin, begun.Ceremony, shown, null), default)).Refused?.Code); // again
        key.Count -= 2;
        answers.Add((await Enter(clinic, key)).Refused?.Code); // a counter that went back: a copy of the key
        key.Count += 9;
        begun = (await clinic.PatientPasskeys.BeginPatientEntry(new BeginPatientEntry(Origin), default)).Value!;
        answers.Add((await clinic.PatientPasskeys.EnterWithPasskey(new EnterWithPasskey(Origin, begun.Ceremony, "not json", null), default)).Refused?.Code);
        var late = (await clinic.PatientPasskeys.BeginPatientEntry(new BeginPatientEntry(Origin), default)).Value!;
        clinic.Store.Clock.Advance(TimeSpan.FromMinutes(5));
        answers.Add((await clinic.PatientPasskeys.EnterWithPasskey(new EnterWithPasskey(Origin, late.Ceremony, key.Get(late.Options), null), default)).Refused?.Code);

        Assert.Equal("passkey-refused", Assert.Single(answers.Distinct()));
        Assert.Contains(await clinic.Store.Audited(), row => row is { Action: "enter-with-passkey", Outcome: "refused" });
    }

    [Theory, BothDialects]
    public async Task The_patient_takes_one_away_and_the_desk_all_of_theirs_with_their_links(Dialect dialect)
    {
        var (clinic, token, device) = await Open(dialect);
        await using var _ = clinic;
        using var first = new SoftKey();
        using var second = new SoftKey();
        Assert.Null(await Make(clinic, token, device, first));
        Assert.Null(await Make(clinic, token, device, second));

        var begun = (await clinic.PatientPasskeys.BeginPatientEntry(new BeginPatientEntry(Origin), default)).Value!;
        Assert.NotNull((await clinic.PatientPasskeys.RemovePatientPasskey(new RemovePatientPasskey(Origin, begun.Ceremony, first.Get(begun.Options)), default)).Value);
        Assert.Equal("passkey-refused", (await Enter(clinic, first)).Refused?.Code);
        Assert.NotNull((await Enter(clinic, second)).Value);

        clinic.As(new Caller("web", new TenantId(NewId.Random()).ToString(), "stf_9", "front-desk"));
        Assert.True(await NotAllowed.Is(() => clinic.PatientPasskeysFor("web").EndPatientPasskeys(new EndPatientPasskeys(clinic.Tenant, clinic.Patient), default)));
        clinic.As(new Caller("web", clinic.Tenant.ToString(), "stf_9", "clinician"));
        Assert.True(await NotAllowed.Is(() => clinic.PatientPasskeysFor("web").EndPatientPasskeys(new EndPatientPasskeys(clinic.Tenant, clinic.Patient), default)));
        Assert.NotNull((await Enter(clinic, second)).Value);
        var open = Assert.Single((await Enter(clinic, second, device)).Value!.Open).Token;
        var guest = await clinic.Link("k4", VisitRole.Interpreter);
        clinic.Act();
        Assert.Equal(1, (await clinic.PatientPasskeysFor("web").EndPatientPasskeys(new EndPatientPasskeys(clinic.Tenant, clinic.Patient), default)).Value!.Count);
        Assert.Equal("passkey-refused", (await Enter(clinic, second)).Refused?.Code);
        foreach (var link in (string[])[token, open]) Assert.Equal("link-not-valid", (await clinic.Enter(link, device)).Refused?.Code);
        Assert.NotNull((await clinic.Enter(guest)).Value);
        Assert.NotNull((await clinic.Enter(await clinic.Link("k5"))).Value); // a link that is made afterwards opens
        Assert.Contains(await clinic.Store.Audited(), row => row.Action == "end-passkeys" && row.Subject == clinic.Patient.ToString() && row.Actor == "stf_test");
    }
}

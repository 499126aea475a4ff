using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Records;

/// <summary>Who acts for a patient: sealed under the patient, read with a row, and told to identity as no more than yes, no and until when.</summary>
public sealed class ProxyPersons
{
    static readonly DateOnly Born = new(1979, 5, 6);

    static AddProxy Request(Clinic clinic, PatientId patient, string key = "p1", ProxyBasis basis = ProxyBasis.MinorChild) =>
        new(key, clinic.Tenant, patient, "Ana", Clinic.Canary, Born, "Mother", basis, new Phi<string>($"Birth certificate of {Clinic.Canary}"));

    // Not async: what an async method sets in its flow is gone when it returns.
    static Task<PatientId> Child(Clinic clinic, DateOnly born)
    {
        clinic.Act();
        return Made();
        async Task<PatientId> Made() => (await clinic.Records.CreatePatient(clinic.Request("child", "Bo", "Minor", born), default)).Value!.Id;
    }

    [Theory, BothDialects]
    public async Task Somebody_is_entered_once_sealed_and_listed_with_a_row(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var child = await Child(clinic, new DateOnly(2015, 1, 4));
        clinic.Act("front-desk");
        var id = (await clinic.Persons.AddProxy(Request(clinic, child), default)).Value!.Id;
        Assert.Equal(id, (await clinic.Persons.AddProxy(Request(clinic, child), default)).Value!.Id);
        Assert.Equal("idempotency-mismatch", (await clinic.Persons.AddProxy(Request(clinic, child) with { Relation = "Aunt" }, default)).Refused?.Code);

        var list = (await clinic.Persons.ListProxies(new ListProxies(clinic.Tenant, child), default)).Value!;
        Assert.Equal(("Bo", "Minor"), (list.GivenName.Reveal, list.FamilyName.Reveal));
        var person = Assert.Single(list.Proxies);
        Assert.Equal((id, "Ana", Clinic.Canary, "Mother", ProxyBasis.MinorChild), (person.Id, person.GivenName.Reveal, person.FamilyName.Reveal, person.Relation.Reveal, person.Basis));
        Assert.False(await clinic.Store.Holds(Clinic.Canary));
        Assert.Equal([$"add-proxy {id} minor-child {child}", $"list-proxies {child} ok {child}"],
            (await clinic.Store.AuditedWhose()).Where(row => row.Action.EndsWith("-proxy", StringComparison.Ordinal) || row.Action == "list-proxies").Select(row => $"{row.Action} {row.Subject} {row.Outcome} {row.Patient}"));
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        var child = await Child(clinic, new DateOnly(2015, 1, 4));
        async Task<string?> Code(AddProxy request) => (await clinic.Persons.AddProxy(request, default)).Refused?.Code;

        Assert.Equal("name-missing", await Code(Request(clinic, child) with { GivenName = " " }));
        Assert.Equal("birth-date-wrong", await Code(Request(clinic, child) with { BirthDate = new DateOnly(2027, 1, 5) }));
        Assert.Equal("relation-wrong", await Code(Request(clinic, child) with { Relation = "" }));
        Assert.Equal("evidence-wrong", await Code(Request(clinic, child) with { Evidence = new Phi<string>(new string('x', 1_001)) }));
        Assert.Equal("no-such-patient", await Code(Request(clinic, new PatientId(NewId.Random()))));
        Assert.Equal("no-such-patient", (await clinic.Persons.ListProxies(new ListProxies(clinic.Tenant, new PatientId(NewId.Random())), default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task A_clinician_enters_and_reads_for_patients_of_their_own_alone(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var child = await Child(clinic, new DateOnly(2015, 1, 4));
        var id = (await clinic.Persons.AddProxy(Request(clinic, child), default)).Value!.Id;
        clinic.Visits.Anothers.Add(child);

        Assert.Equal("no-such-patient", (await clinic.Persons.AddProxy(Request(clinic, child, "p2"), default)).Refused?.Code);
        Assert.Equal("no-such-patient", (await clinic.Persons.ListProxies(new ListProxies(clinic.Tenant, child), default)).Refused?.Code);
        Assert.Equal("no-such-patient", (await clinic.Limit(child, id)).Refused?.Code);
        Assert.Equal(3, (await clinic.Store.Audited()).Count(row => row.Outcome == "not-their-patient"));
        clinic.Act("front-desk");
        Assert.Single((await clinic.Persons.ListProxies(new ListProxies(clinic.Tenant, child), default)).Value!.Proxies);
    }

    [Theory, BothDialects]
    public async Task Until_when_is_decided_by_the_patients_age_where_the_clinic_is(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        // The clock stands at 2027-01-04 09:00 UTC: in Kiritimati it is 23:00 that day, in Pago Pago 22:00 of the day before.
        var (turns, turned) = (await Child(clinic, new DateOnly(2009, 1, 5)), (await clinic.Records.CreatePatient(clinic.Request("today", born: new DateOnly(2009, 1, 4)), default)).Value!.Id);
        var (parent, today) = ((await clinic.Persons.AddProxy(Request(clinic, turns), default)).Value!.Id, (await clinic.Persons.AddProxy(Request(clinic, turned, "p2"), default)).Value!.Id);

        Assert.Equal(new DateTimeOffset(2027, 1, 4, 10, 0, 0, TimeSpan.Zero), Instant.At((await clinic.Limit(turns, parent, "Pacific/Kiritimati")).Value!.ComesOfAgeAt!.Value));
        Assert.Equal("patient-of-age", (await clinic.Limit(turned, today, "Pacific/Kiritimati")).Refused?.Code);
        Assert.Equal(new DateTimeOffset(2027, 1, 4, 11, 0, 0, TimeSpan.Zero), Instant.At((await clinic.Limit(turned, today, "Pacific/Pago_Pago")).Value!.ComesOfAgeAt!.Value));
        Assert.Equal(new DateTimeOffset(2030, 1, 5, 0, 0, 0, TimeSpan.Zero), Instant.At((await clinic.Limit(turns, parent, "Etc/UTC", 21)).Value!.ComesOfAgeAt!.Value));
        Assert.Equal("no-such-proxy", (await clinic.Limit(turned, parent)).Refused?.Code);

        // The moment itself is the first of age.
        clinic.Store.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMicroseconds(1));
        Assert.NotNull((await clinic.Limit(turns, parent, "Pacific/Kiritimati")).Value!.ComesOfAgeAt);
        clinic.Store.Clock.Advance(TimeSpan.FromMicroseconds(1));
        Assert.Equal("patient-of-age", (await clinic.Limit(turns, parent, "Pacific/Kiritimati")).Refused?.Code);

        clinic.Act();
        var guardian = (await clinic.Persons.AddProxy(Request(clinic, turned, "p3", ProxyBasis.Court), default)).Value!.Id;
        Assert.Null((await clinic.Limit(turned, guardian, "Pacific/Kiritimati")).Value!.ComesOfAgeAt);
    }

    [Theory, BothDialects]
    public async Task Identity_learns_whether_a_date_is_the_proxys_and_the_proxy_a_first_name_while_their_grant_holds(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var child = await Child(clinic, new DateOnly(2015, 1, 4));
        var id = (await clinic.Persons.AddProxy(Request(clinic, child), default)).Value!.Id;

        Assert.True((await clinic.CheckProxy(id, Born)).Value!.Matches);
        Assert.False((await clinic.CheckProxy(id, new DateOnly(2015, 1, 4))).Value!.Matches);
        Assert.Equal("no-such-proxy", (await clinic.CheckProxy(new ProxyId(NewId.Random()), Born)).Refused?.Code);

        Assert.Equal("no-such-patient", (await clinic.Represented(child, id)).Refused?.Code);
        clinic.Grants.Proxies.Add((child, id, ProxyScope.Visits));
        Assert.Equal("Bo", (await clinic.Represented(child, id)).Value!.GivenName.Reveal);
        Assert.Equal([$"check-birth-date ok {id} {child}", $"answer-birth-date matches {id} {child}", $"check-birth-date ok {id} {child}", $"answer-birth-date differs {id} {child}",
            $"read-represented not-their-patient {id} {child}", $"read-represented ok {id} {child}"],
            (await clinic.Store.AuditedWhose()).Where(row => row.Role == "proxy" && row.Patient is not null).Select(row => $"{row.Action} {row.Outcome} {row.Actor} {row.Patient}"));
    }
}

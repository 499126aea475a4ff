using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Passes;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity;

/// <summary>Who acts for a patient: grants with scope and end, links that open by the proxy's own birth date, and visits that are kept from them.</summary>
public sealed class ProxyTests
{
    [Theory, BothDialects]
    public async Task A_grant_says_what_and_until_when_and_the_log_names_both(Dialect dialect)
    {
        await using var family = await Family.Open(dialect);
        var grant = (await family.Grant()).Value!;

        Assert.Equal((family.Clinic.Patient, family.Clinic.Now, family.ComesOfAge, true), (grant.Patient, grant.From, grant.Until, grant.Holds));
        Assert.Equal(Enum.GetValues<ProxyScope>(), grant.Scopes);
        Assert.Equal(grant.Until, (await family.Grant()).Value!.Until); // the same request once more
        Assert.Equal("idempotency-mismatch", (await family.Grant(until: family.Clinic.Now + 1)).Refused?.Code);
        Assert.Equal("proxy-granted", (await family.Grant("k2")).Refused?.Code);
        Assert.Equal([$"grant-proxy ok stf_test front-desk {family.Clinic.Patient}"], await family.Rows("grant-proxy"));
        family.Clinic.Act();
        Assert.Equal(grant.Id, Assert.Single((await family.Proxies.ListProxyGrants(new ListProxyGrants(family.Clinic.Tenant, family.Clinic.Patient), default)).Value!.Grants).Id);
    }

    [Theory, BothDialects]
    public async Task No_grant_outlasts_a_minors_coming_of_age_and_an_adults_has_an_end_too(Dialect dialect)
    {
        await using var family = await Family.Open(dialect);
        async Task<string?> Code(long? until, string key) => (await family.Grant(key, until)).Refused?.Code;

        Assert.Equal("proxy-end-wrong", await Code(family.ComesOfAge + 1, "a"));
        Assert.Equal("proxy-end-wrong", await Code(family.Clinic.Now, "b"));
        Assert.Equal("proxy-scope-missing", (await family.Grant("c", scopes: [])).Refused?.Code);
        Assert.Equal("no-such-proxy", (await family.Grant("d", proxy: new ProxyId(NewId.Random()))).Refused?.Code);
        Assert.Equal(family.ComesOfAge, (await family.Grant("e", family.ComesOfAge)).Value!.Until);

        var adults = family.Known(comesOfAge: null);
        Assert.Equal(family.Clinic.Now + 365 * 24 * Clinic.Hour, (await family.Grant("f", proxy: adults)).Value!.Until);
    }

    [Theory, BothDialects]
    public async Task A_clinician_keeps_those_of_their_own_patients_alone(Dialect dialect)
    {
        await using var family = await Family.Open(dialect);
        await family.Grant();
        void As(StaffId staff) => family.Clinic.As(new Caller("web", family.Clinic.Tenant.ToString(), staff.ToString(), "clinician"));
        var request = new GrantProxy("k9", family.Clinic.Tenant, family.Clinic.Patient, family.Known(null), [ProxyScope.Visits], null);

        As(new StaffId(NewId.Random()));
        Assert.Equal("no-such-patient", (await family.Proxies.GrantProxy(request, default)).Refused?.Code);
        Assert.Equal("no-such-patient", (await family.Proxies.ListProxyGrants(new ListProxyGrants(family.Clinic.Tenant, family.Clinic.Patient), default)).Refused?.Code);
        Assert.Equal("no-such-proxy", (await family.Proxies.EndProxy(new EndProxy(family.Clinic.Tenant, family.Proxy), default)).Refused?.Code);
        Assert.True(await family.Holds());
        Assert.Equal(3, (await family.Clinic.Store.Audited()).Count(row => row.Role == "clinician" && row.Outcome is "no-such-patient" or "no-such-proxy"));

        As(family.Clinic.Clinician);
        Assert.NotNull((await family.Proxies.GrantProxy(request, default)).Value);
        Assert.NotNull((await family.Proxies.EndProxy(new EndProxy(family.Clinic.Tenant, family.Proxy), default)).Value);
        Assert.False(await family.Holds());
    }

    [Theory, BothDialects]
    public async Task A_proxy_comes_in_by_their_own_birth_date_and_acts_under_their_own_name(Dialect dialect)
    {
        await using var family = await Family.Open(dialect);
        await family.Grant(scopes: [ProxyScope.Visits, ProxyScope.Consent]);
        var token = await family.Link();
        var device = Token.New();

        // First or not, a device that gave no date gets no pass.
        Assert.Equal("birth-date-needed", (await family.Clinic.Enter(token, device)).Refused?.Code);
        Assert.Equal("birth-date-wrong", (await family.Clinic.Prove(token, device, Clinic.BirthDate)).Refused?.Code); // the patient's is not theirs
        Assert.Equal("birth-date-needed", (await family.Clinic.Enter(token, device)).Refused?.Code);
        Assert.Null((await family.Clinic.Anyone.LookLink(new LookLink(token, device), default)).Value!.Proxy!.Patient);

        Assert.NotNull((await family.Clinic.Prove(token, device, Family.Born)).Value);
        var seen = (await family.Clinic.Anyone.LookLink(new LookLink(token, device), default)).Value!.Proxy!;
        Assert.Equal((family.Proxy, true, family.Clinic.Patient), (seen.Id, seen.Proven, seen.Patient));
        var entered = (await family.Clinic.Enter(token, device)).Value!;
        var pass = (await family.Clinic.Read(entered.Pass))!;

        Assert.Equal((VisitRole.Proxy, true), (entered.Role, entered.Identified));
        Assert.Equal(("proxy", family.Proxy.ToString(), "visits consent", family.Clinic.Patient.ToString()), (pass.Role, pass.Claims["proxy"], pass.Claims["scope"], pass.Claims["patient"]));
        foreach (var action in (string[])["try-birth-date", "prove-birth-date", "enter-by-link"])
            Assert.All(await family.Rows(action), row => Assert.EndsWith($" {family.Proxy} proxy {family.Clinic.Patient}", row, StringComparison.Ordinal));
        Assert.Equal("birth-date-needed", (await family.Clinic.Enter(token, Token.New())).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task Wrong_dates_count_over_all_links_of_a_proxy(Dialect dialect)
    {
        await using var family = await Family.Open(dialect);
        await family.Grant();
        var (first, second) = (await family.Link(), await family.Link("k2"));
        for (var i = 0; i < 5; i++) Assert.Equal("birth-date-wrong", (await family.Clinic.Prove(i % 2 == 0 ? first : second, Token.New(), new DateOnly(1980, 1, 1 + i))).Refused?.Code);

        Assert.Equal("too-many-tries", (await family.Clinic.Prove(first, Token.New(), Family.Born)).Refused?.Code);
        Assert.Equal("too-many-tries", (await family.Clinic.Prove(second, Token.New(), Family.Born)).Refused?.Code);
        family.Clinic.Store.Clock.Advance(TimeSpan.FromHours(1));
        Assert.NotNull((await family.Clinic.Prove(second, Token.New(), Family.Born)).Value);
    }

    [Theory, BothDialects]
    public async Task A_link_is_made_for_who_holds_a_grant_for_this_patient_at_their_own_place_alone(Dialect dialect)
    {
        await using var family = await Family.Open(dialect);
        Assert.Equal("no-such-proxy", await family.LinkRefused(request => request)); // before there is a grant
        await family.Grant();
        var otherPatient = family.Clinic.Scheduling.Visits[0] with { Id = new VisitId(NewId.Random()), Patient = new PatientId(NewId.Random()) };
        family.Clinic.Scheduling.Visits.Add(otherPatient);

        Assert.Equal("not-a-participant", await family.LinkRefused(request => request with { Visit = otherPatient.Id }));
        Assert.Equal("no-such-proxy", await family.LinkRefused(request => request with { Visit = otherPatient.Id, Patient = otherPatient.Patient }));
        Assert.Equal("not-a-participant", await family.LinkRefused(request => request with { Participant = family.Clinic.Participant }));
        Assert.Equal("not-a-participant", await family.LinkRefused(request => request with { Proxy = family.Known(null) }));
        Assert.Equal("patient-missing", await family.LinkRefused(request => request with { Proxy = null }));
        Assert.Equal("not-a-participant", await family.LinkRefused(request => request with { Role = VisitRole.Patient }));
        Assert.NotEmpty(await family.Link());

        // Who may not take part in visits gets no link, whatever else they may do.
        var (talker, place) = (family.Known(family.ComesOfAge), new ParticipantId(NewId.Random()));
        await family.Grant("talks", proxy: talker, scopes: [ProxyScope.Messages]);
        family.Seat(place, talker);
        Assert.Equal("no-such-proxy", await family.LinkRefused(request => request with { Participant = place, Proxy = talker }));
    }

    [Theory, BothDialects]
    public async Task At_its_end_a_grant_opens_nothing_to_the_moment_and_who_is_inside_is_put_out(Dialect dialect)
    {
        await using var family = await Family.Open(dialect);
        var until = family.Clinic.Now + Clinic.Hour;
        await family.Grant(until: until);
        var (token, device) = (await family.Link(), Token.New());
        await family.Clinic.Prove(token, device, Family.Born);
        var pass = (await family.Clinic.Read((await family.Clinic.Enter(token, device)).Value!.Pass))!;
        Assert.Equal(until / 1_000_000, pass.ExpiresAt / 1_000_000); // passes count seconds

        family.Pass(TimeSpan.FromHours(1) - TimeSpan.FromMicroseconds(1));
        Assert.True(await family.Holds());
        Assert.NotNull((await family.Clinic.Enter(token, device)).Value);
        Assert.Equal(0, await family.Watch.Look(default));

        family.Pass(TimeSpan.FromMicroseconds(1));
        Assert.False(await family.Holds());
        Assert.Equal("link-not-valid", (await family.Clinic.Enter(token, device)).Refused?.Code);
        Assert.Equal("link-not-valid", (await family.Clinic.Anyone.LookLink(new LookLink(token, device), default)).Refused?.Code);
        Assert.Equal("link-not-valid", (await family.Clinic.Prove(token, device, Family.Born)).Refused?.Code);
        Assert.Equal("no-such-proxy", await family.LinkRefused(request => request));

        Assert.Equal(1, await family.Watch.Look(default));
        Assert.Equal(0, await family.Watch.Look(default));
        Assert.Contains(pass.Login, Assert.Single(await family.Told()), StringComparison.Ordinal);
        Assert.Equal([$"end-proxy time service:identity service {family.Clinic.Patient}"], await family.Rows("end-proxy"));
        var ended = (await family.List()).Single();
        Assert.Equal((false, until, ProxyEnd.Time), (ended.Holds, ended.EndedAt, ended.Ended));
    }

    [Theory, BothDialects]
    public async Task Ended_by_staff_it_is_over_at_once_with_every_link(Dialect dialect)
    {
        await using var family = await Family.Open(dialect);
        await family.Grant();
        var (token, other, device) = (await family.Link(), await family.Link("k2"), Token.New());
        await family.Clinic.Prove(token, device, Family.Born);
        var pass = (await family.Clinic.Read((await family.Clinic.Enter(token, device)).Value!.Pass))!;

        for (var i = 0; i < 2; i++)
        {
            family.Clinic.Act();
            Assert.Equal(ProxyEnd.Staff, (await family.Proxies.EndProxy(new EndProxy(family.Clinic.Tenant, family.Proxy), default)).Value!.Ended);
        }

        Assert.Equal("link-not-valid", (await family.Clinic.Enter(token, device)).Refused?.Code);
        Assert.Equal("link-not-valid", (await family.Clinic.Anyone.LookLink(new LookLink(other), default)).Refused?.Code);
        Assert.False(await family.Holds());
        Assert.Equal(2, (await family.Told()).Count);
        Assert.Contains(await family.Told(), told => told.Contains(pass.Login, StringComparison.Ordinal));
        Assert.Equal([$"end-proxy staff stf_test front-desk {family.Clinic.Patient}"], await family.Rows("end-proxy"));
        Assert.Equal("no-such-proxy", await family.LinkRefused(request => request));
        Assert.Equal(0, await family.Watch.Look(default));
    }

    [Theory, BothDialects]
    public async Task A_confidential_visit_is_gone_for_the_proxy_and_for_nobody_else(Dialect dialect)
    {
        await using var family = await Family.Open(dialect);
        await family.Grant();
        var (token, device, patients) = (await family.Link(), Token.New(), await family.Clinic.Link("of the patient"));
        await family.Clinic.Prove(token, device, Family.Born);
        var pass = (await family.Clinic.Read((await family.Clinic.Enter(token, device)).Value!.Pass))!;

        // Before the event is here scheduling says already that there is no such visit.
        family.Keep(true);
        Assert.Equal("link-not-valid", (await family.Clinic.Enter(token, device)).Refused?.Code);
        Assert.Equal("link-not-valid", (await family.Clinic.Prove(token, Token.New(), Family.Born)).Refused?.Code);
        Assert.Equal("visit-confidential", await family.LinkRefused(request => request));
        for (var i = 0; i < 2; i++) await family.Hidden();

        Assert.Contains(pass.Login, Assert.Single(await family.Told()), StringComparison.Ordinal);
        Assert.Equal("link-not-valid", (await family.Clinic.Anyone.LookLink(new LookLink(token, device), default)).Refused?.Code);
        Assert.Equal([$"hide-visit ok service:identity service {family.Clinic.Patient}"], await family.Rows("hide-visit"));
        Assert.NotNull((await family.Clinic.Enter(patients)).Value);

        // Opened again, what was taken back stays so, and a new link works.
        family.Keep(false);
        Assert.Equal("link-not-valid", (await family.Clinic.Enter(token, device)).Refused?.Code);
        Assert.NotEmpty(await family.Link("anew"));
    }

    [Theory, BothDialects]
    public async Task What_the_services_ask_is_answered_for_this_patient_scope_and_link_alone(Dialect dialect)
    {
        await using var family = await Family.Open(dialect);
        await family.Grant(scopes: [ProxyScope.Visits, ProxyScope.Messages]);
        Assert.True(await family.Holds());
        Assert.False(await family.Holds(request => request with { Scope = ProxyScope.Consent }));
        Assert.False(await family.Holds(request => request with { Patient = new PatientId(NewId.Random()) }));
        Assert.False(await family.Holds(request => request with { Proxy = new ProxyId(NewId.Random()) }));
        Assert.False(await family.Holds(request => request with { Participant = family.Place })); // no link yet
        await family.Link();
        Assert.True(await family.Holds(request => request with { Participant = family.Place }));
        Assert.False(await family.Holds(request => request with { Participant = family.Clinic.Participant }));
    }
}

/// <summary>A clinic with somebody who acts for its patient, a minor, and a place for them in the patient's visit.</summary>
internal sealed class Family : IAsyncDisposable
{
    public static readonly DateOnly Born = new(1979, 5, 6);

    Family(Clinic clinic) => Clinic = clinic;

    public Clinic Clinic { get; }
    public ProxyId Proxy { get; private set; }
    public ParticipantId Place { get; } = new(NewId.Random());
    public long ComesOfAge { get; private set; }
    public IProxiesClient Proxies => Clinic.Door.Client<IProxiesClient>("identity");
    public FirstRing.Identity.Proxies.ProxyWatch Watch => new(new FirstRing.Identity.Proxies.ProxyStore(Clinic.Store.Store), Microsoft.Extensions.Logging.Abstractions.NullLogger<FirstRing.Identity.Proxies.ProxyWatch>.Instance);

    public static async Task<Family> Open(Dialect dialect)
    {
        var family = new Family(await Clinic.Open(dialect));
        await family.Clinic.Store.Store.Commit(Caller.System("identity"), async transaction =>
        {
            await FirstRing.Identity.Tenants.TenantStore.Insert(transaction, new Tenant(family.Clinic.Tenant, "Harbour Street", "+1 202-555-0100", "America/Chicago", false, 19));
            return 0;
        }, default);
        family.ComesOfAge = family.Clinic.Now + 1_000 * Clinic.Hour;
        family.Proxy = family.Known(family.ComesOfAge);
        family.Seat(family.Place, family.Proxy);
        return family;
    }

    /// <summary>Somebody whom records knows, by what it says of the patient's coming of age.</summary>
    public ProxyId Known(long? comesOfAge)
    {
        var id = new ProxyId(NewId.Random());
        Clinic.Records.Proxies[id] = (Clinic.Patient, Born, comesOfAge);
        return id;
    }

    /// <summary>Time passes, and no watch of the service's own wakes up.</summary>
    public void Pass(TimeSpan time) => Clinic.Store.Clock.AdjustTime(Clinic.Store.Clock.GetUtcNow() + time);

    Visit Visit { get => Clinic.Scheduling.Visits[0]; set => Clinic.Scheduling.Visits[0] = value; }

    public void Seat(ParticipantId place, ProxyId proxy) => Visit = Visit with { Participants = [.. Visit.Participants, new Participant(place, VisitRole.Proxy, null, null, proxy)] };

    public void Keep(bool confidential) => Visit = Visit with { Confidential = confidential };

    public Task Hidden() => Clinic.Door.Deliver("scheduling", "identity", EventTypes.VisitMadeConfidential, Clinic.Tenant.ToString(), new VisitMadeConfidential(Clinic.Visit, Clinic.Tenant));

    public Task<Answer<ProxyGrant>> Grant(string key = "k1", long? until = null, IReadOnlyList<ProxyScope>? scopes = null, ProxyId? proxy = null)
    {
        Clinic.Act();
        return Proxies.GrantProxy(new GrantProxy(key, Clinic.Tenant, Clinic.Patient, proxy ?? Proxy, scopes ?? Enum.GetValues<ProxyScope>(), until), default);
    }

    public Task<IReadOnlyList<ProxyGrant>> List()
    {
        Clinic.Act();
        return Ask();
        async Task<IReadOnlyList<ProxyGrant>> Ask() => (await Proxies.ListProxyGrants(new ListProxyGrants(Clinic.Tenant, Clinic.Patient), default)).Value!.Grants;
    }

    CreateLink Request(string key) => Clinic.Request(key, VisitRole.Proxy) with { Participant = Place, Patient = Clinic.Patient, Proxy = Proxy };

    public Task<string> Link(string key = "link")
    {
        Clinic.Act();
        return Make();
        async Task<string> Make() => (await Clinic.Identity.CreateLink(Request(key), default)).Value!.Token;
    }

    public Task<string?> LinkRefused(Func<CreateLink, CreateLink> change)
    {
        Clinic.Act();
        return Make();
        async Task<string?> Make() => (await Clinic.Identity.CreateLink(change(Request(Token.New())), default)).Refused?.Code;
    }

    public Task<bool> Holds(Func<CheckProxy, CheckProxy>? change = null)
    {
        var request = new CheckProxy(Clinic.Tenant, Clinic.Patient, Proxy, ProxyScope.Visits, null);
        Acting.As(new Caller("scheduling", Clinic.Tenant.ToString(), Place.ToString(), "proxy"));
        return Ask();
        async Task<bool> Ask() => (await Clinic.Door.Client<IProxiesClient>("identity", "scheduling").CheckProxy(change is null ? request : change(request), default)).Value is not null;
    }

    public Task<List<string>> Rows(string action) => Clinic.Store.Store.ReadList<string>(
        "SELECT action || ' ' || outcome || ' ' || actor || ' ' || role || ' ' || COALESCE(patient, '-') FROM audit_outbox WHERE action = @action ORDER BY counter", new { action }, default);

    /// <summary>Logins whose end was told to who takes passes.</summary>
    public Task<List<string>> Told() => Clinic.Store.Store.ReadList<string>($"SELECT body FROM outbox WHERE type = '{EventTypes.LoginEnded}' ORDER BY id", null, default);

    public ValueTask DisposeAsync() => Clinic.DisposeAsync();
}

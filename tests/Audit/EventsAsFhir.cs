#nullable disable warnings // any part of a resource may be missing; then a test fails, as it should
using FirstRing.Audit.Fhir;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Instant = FirstRing.Platform.Ids.Instant;
using Task = System.Threading.Tasks.Task;

namespace FirstRing.Tests.Audit;

/// <summary>The log as AuditEvents: what is said of an entry, what can be asked, and who may ask. Everything that comes out is read by Firely's parser in strict mode.</summary>
public sealed class EventsAsFhir
{
    const string Door = "https://localhost/", Fhir = "https://localhost/fhir/R4", Events = "/fhir/R4/AuditEvent";

    static readonly AppId App = new(NewId.Random());

    static TokenHolder Collector(params string[] scopes) => new(Door, App.ToString(), App, Ledger.Tenant, null, [Fhir], scopes.Length > 0 ? scopes : ["system/AuditEvent.rs"], [], null);
    static TokenHolder Auditor(long at) => new(Door, "stf_auditor", App, Ledger.Tenant, StaffRole.Auditor, [Fhir], ["openid", "user/AuditEvent.rs"], ["pwd", "otp", "mfa"], at);

    static T Read<T>(string text) where T : Resource => Assert.IsType<T>(FhirJsonDeserializer.STRICT.DeserializeResource(text));

    static async Task<(int Status, string Text)> Ask(Ledger ledger, string path, string? token = "collector")
    {
        using var answer = await ledger.Host.Ask(path, bearer: token);
        Assert.Equal("application/fhir+json", answer.Content.Headers.ContentType?.MediaType);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    static async Task<string> Refused(Ledger ledger, string path, int status, string? token = "collector")
    {
        var answer = await Ask(ledger, path, token);
        Assert.Equal(status, answer.Status);
        return Read<OperationOutcome>(answer.Text).Issue.Single().Details.Coding.Single().Code;
    }

    static async Task<Ledger> Opened(int events = 0, Dialect dialect = Dialect.Sqlite)
    {
        var ledger = await Ledger.Open(dialect);
        ledger.Identity.Holders["collector"] = Collector();
        if (events > 0) await ledger.Fill(events);
        return ledger;
    }

    static readonly long Now = Instant.Microseconds(TestStore.Start);

    public static TheoryData<string?, string, TokenHolder> Holders() => new()
    {
        { null, "rs", Collector() },
        { null, "rs", Collector("system/*.cruds") },
        { null, "rs", Auditor(Now) },
        { null, "rs", Auditor(Now) with { Role = StaffRole.Admin } },
        { null, "s", Collector("system/AuditEvent.s") },
        { "token-for-another", "rs", Collector() with { Audiences = [] } },
        { "token-for-another", "rs", Collector() with { Audiences = ["https://localhost/fhir/R4/"] } },
        { "token-for-another", "rs", Collector() with { Audiences = ["https://localhost:8443/fhir/R4"] } },
        { "token-for-another", "rs", Collector() with { Issuer = "https://other/" } },
        { "scope-missing", "r", Collector("system/AuditEvent.s") },
        { "scope-missing", "s", Collector("system/AuditEvent.r") },
        { "scope-missing", "rs", Collector("system/Patient.rs", "openid", "AuditEvent.rs") },
        { "scope-missing", "rs", Collector("user/AuditEvent.rs") },
        { "scope-missing", "rs", Auditor(Now) with { Scopes = ["system/AuditEvent.rs"] } },
        { "not-allowed", "rs", Auditor(Now) with { Role = StaffRole.Clinician } },
        { "not-allowed", "rs", Auditor(Now) with { Role = StaffRole.Operator } },
        { "sign-in-anew", "rs", Auditor(Now) with { Methods = ["user"] } },
        { "sign-in-anew", "rs", Auditor(Now - (12 * 3_600_000_000L) - 1) },
        { "sign-in-anew", "rs", Auditor(Now) with { SignedInAt = null } },
    };

    [Theory, MemberData(nameof(Holders))]
    public void A_token_opens_what_it_was_given_for_at_this_door_and_nothing_else(string? refusal, string letters, TokenHolder holder) =>
        Assert.All(letters, letter => Assert.Equal(refusal, Asker.Judge(holder, Door, letter, Now)?.Why.Code));

    static LogEvent Event(string action, string outcome = "ok", string? patient = "pat_000000000000000000000000000000b2", string? purpose = null) =>
        new(7, Now, Now, "records", action, true, "stf_1", "clinician", "pat_000000000000000000000000000000b2", outcome, patient, null, purpose);

    [Fact]
    public void An_entry_follows_the_pattern_that_it_names()
    {
        foreach (var (action, profile, interaction) in ((string, string, string)[])[("read-patient", "Read", "read"), ("create-patient", "Create", "create"), ("end-visit", "Update", "update")])
        {
            var told = Read<AuditEvent>(FhirJsonSerializer.Default.SerializeToString(AuditEvents.Of(Event(action, purpose: "BTG/emg_1"))));
            Assert.Equal([$"https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.Patient{profile}"], told.Meta.Profile);
            Assert.Equal(("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest"), (told.Type.System, told.Type.Code));
            Assert.Contains(told.Subtype, type => type.System == "http://hl7.org/fhir/restful-interaction" && type.Code == interaction);
            Assert.Equal((profile[..1], AuditEvent.AuditEventOutcome.N0, TestStore.Start), (told.Action.ToString(), told.Outcome, told.Recorded));
            AuditEvent.AgentComponent Agent(string code) => Assert.Single(told.Agent, agent => agent.Type.Coding.Single().Code == code);
            var (client, server, user) = (Agent(profile == "Read" ? "110152" : "110153"), Agent(profile == "Read" ? "110153" : "110152"), Agent(profile == "Read" ? "IRCP" : "AUT"));
            Assert.All((AuditEvent.AgentComponent[])[client, server], agent => Assert.True(agent.Who is not null && agent.Network is not null && agent.Media is null && agent.Requestor == false));
            Assert.Equal(("stf_1", true, "clinician", "BTG"), (user.Who.Identifier.Value, user.Requestor, user.Role.Single().Coding.Single().Code, user.PurposeOfUse.Single().Coding.Single().Code));
            Assert.True(user.Network is null && user.Media is null && user.Name is null);
            Assert.Equal("records", told.Source.Observer.Identifier.Value);
            Assert.True(told.Entity.Count >= 2);
            var whom = Assert.Single(told.Entity, entity => entity.Type.Code == "1");
            Assert.Equal(("1", "Patient", "pat_000000000000000000000000000000b2"), (whom.Role.Code, whom.What.Type, whom.What.Identifier.Value));
            Assert.Single(told.Entity, entity => entity.Type.Code == "2" && entity.Role.Code == "4" && entity.What is not null);
        }
    }

    [Fact]
    public void What_says_less_claims_no_pattern_and_stands_all_the_same()
    {
        foreach (var one in (LogEvent[])[Event("read-patient", "no-such-patient"), Event("read-patient", patient: null), Event("sign-in", patient: null), Event("search-log"), Event("read-patient") with { Readable = false, Actor = "", Role = "", Subject = "", Outcome = "", Patient = null }])
        {
            var told = Read<AuditEvent>(FhirJsonSerializer.Default.SerializeToString(AuditEvents.Of(one)));
            Assert.Null(told.Meta);
            Assert.NotEmpty(told.Agent);
        }
        Assert.Equal((AuditEvent.AuditEventOutcome.N4, "no-such-patient"), (AuditEvents.Of(Event("read-patient", "no-such-patient")).Outcome, AuditEvents.Of(Event("read-patient", "no-such-patient")).OutcomeDesc));
        Assert.Null(AuditEvents.Of(Event("read-thread", "own-only")).Outcome);
    }

    [Theory, BothDialects]
    public async Task A_search_goes_through_all_of_it_page_by_page_and_its_links_name_nobody(Dialect dialect)
    {
        await using var ledger = await Opened(25, dialect);
        var (next, seen, pages) = ($"{Events}?patient=Patient/{Ledger.Patient}&_count=10&date=ge2027-01-04&date=lt2027-01-05", new List<string>(), 0);
        while (next is not null)
        {
            var bundle = Read<Bundle>((await Ask(ledger, next)).Text);
            Assert.Equal(Bundle.BundleType.Searchset, bundle.Type);
            Assert.NotNull(bundle.SelfLink);
            seen.AddRange(bundle.Entry.Select(entry => entry.Resource.Id));
            next = bundle.NextLink?.PathAndQuery;
            Assert.DoesNotContain(Ledger.Patient.ToString(), next ?? "", StringComparison.Ordinal);
            pages++;
        }
        Assert.Equal((3, 25, 25), (pages, seen.Count, seen.Distinct().Count()));
        var one = Read<AuditEvent>((await Ask(ledger, $"{Events}/{seen[0]}")).Text);
        Assert.Equal(("read-patient", seen[0]), (one.Subtype.Last().Code, one.Id));

        // A cursor is good for who got it and in this clinic, and only as it is.
        var first = Read<Bundle>((await Ask(ledger, $"{Events}?_count=10")).Text).NextLink.PathAndQuery;
        ledger.Identity.Holders["other"] = Collector() with { Subject = "app_other" };
        ledger.Identity.Holders["elsewhere"] = Collector() with { Tenant = new TenantId(NewId.Random()) };
        Assert.Equal("parameter-wrong", await Refused(ledger, first, 400, "other"));
        Assert.Equal("parameter-wrong", await Refused(ledger, first, 400, "elsewhere"));
        Assert.Equal("parameter-wrong", await Refused(ledger, first[..^4] + "AAAA", 400));
        Assert.Equal("no-such-event", await Refused(ledger, $"{Events}/{seen[0]}", 404, "elsewhere"));
        Assert.Empty(Read<Bundle>((await Ask(ledger, Events, "elsewhere")).Text).Entry);
    }

    static readonly (string Query, int Count)[] Finds =
    [
        ("date=2027-01-04", 5), ("date=2027-01", 5), ("date=2027-01-05", 0), ("date=lt2027-01-04", 0), ("date=le2027-01-04", 5), ("date=gt2027-01-04", 0),
        ("date=ge2027-01-04T09:00:00Z", 5), ("date=gt2027-01-04T09:00:00Z", 0), ("date=ge2027-01-04T10:00:00%2B01:00", 5), ("agent=Practitioner/stf_1", 5),
        ("agent=stf_2", 0), ("patient=pat_000000000000000000000000000000b2", 5), ("patient=pat_000000000000000000000000000000b3", 0),
        ("_sort=-date&_format=json&_count=100000", 5), ("_count=3", 3),
    ];

    static readonly (string Query, string Refusal)[] Wrong =
    [
        ("date=ne2027", "parameter-wrong"), ("date=yesterday", "parameter-wrong"), ("date=", "parameter-wrong"), ("patient=Group/1", "parameter-wrong"),
        ("patient=Mr%20X", "parameter-wrong"), ("_count=0", "parameter-wrong"), ("_count=5&_count=6", "parameter-wrong"), ("_sort=date", "parameter-wrong"),
        ("_format=xml", "parameter-wrong"), ("_cursor=AAAA", "parameter-wrong"), ("outcome=4", "parameter-unknown"), ("patient.name=x", "parameter-unknown"),
        ("_include=AuditEvent:patient", "parameter-unknown"),
    ];

    [Fact]
    public async Task A_search_finds_what_it_asks_for_and_refuses_what_it_does_not_understand()
    {
        await using var ledger = await Opened(5);
        foreach (var (query, count) in Finds)
            Assert.True(count == Read<Bundle>((await Ask(ledger, $"{Events}?{query}")).Text).Entry.Count, query);
        foreach (var (query, refusal) in Wrong) Assert.Equal((query, refusal), (query, await Refused(ledger, $"{Events}?{query}", 400)));
    }

    [Fact]
    public async Task Every_reading_through_the_door_is_in_the_log()
    {
        await using var ledger = await Opened(1);
        ledger.Identity.Holders["auditor"] = Auditor(Now);
        await Ask(ledger, $"{Events}?patient=Patient/{Ledger.Patient}");
        await Ask(ledger, $"{Events}/0", "auditor");
        await Ask(ledger, $"{Events}/99");
        var rows = await ledger.Log.Store.ReadList<(string Actor, string Role, string Action, string Subject, string Outcome, string? Patient)>(
            "SELECT actor, role, action, subject, outcome, patient FROM audit_outbox WHERE action IN ('search-log', 'read-log-event') ORDER BY counter", null, default);
        Assert.Equal(
        [
            (App.ToString(), "application", "search-log", Ledger.Patient.ToString(), "ok", Ledger.Patient.ToString()),
            ("stf_auditor", "auditor", "read-log-event", $"0 by {App}", "ok", Ledger.Patient.ToString()),
            (App.ToString(), "application", "read-log-event", "99", "no-such-event", null),
        ], rows);
    }

    [Fact]
    public async Task Without_a_token_there_are_outcomes_and_the_statement_of_what_there_is()
    {
        await using var ledger = await Opened(1);
        Assert.Equal("no-token", await Refused(ledger, Events, 401, null));
        Assert.Equal("token-not-valid", await Refused(ledger, Events, 401, "unknown"));
        foreach (var path in (string[])["/fhir/R4", "/fhir/R4/Patient", "/fhir/R4/Patient/1", "/fhir/R4/AuditEvent/1/_history"]) Assert.Equal("not-supported", await Refused(ledger, path, 404));
        var can = Read<CapabilityStatement>((await Ask(ledger, "/fhir/R4/metadata", null)).Text);
        var resource = Assert.Single(Assert.Single(can.Rest).Resource);
        Assert.Equal("AuditEvent", resource.Type);
        // What it names is taken.
        foreach (var parameter in resource.SearchParam)
            Assert.Equal(200, (await Ask(ledger, $"{Events}?{parameter.Name}={parameter.Name switch { "date" => "2027", "patient" => Ledger.Patient.ToString(), _ => "stf_1" }}")).Status);
    }
}

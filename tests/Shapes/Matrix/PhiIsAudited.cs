using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Host;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Shapes.Matrix;

/// <summary>Every verb that is asked for or answers what identifies or narrates leaves its audit rows in the store that it came from: counted, not believed.</summary>
[Collection(SharedClinics.Name)]
public sealed class PhiIsAudited(SharedClinics shared)
{
    [Fact]
    public async Task Every_verb_with_PHI_leaves_an_audit_row_for_each_access()
    {
        var verbs = (await RouteTable.Read()).Inside.Where(route => route.Phi).ToList();
        Assert.True(verbs.Count >= 5, $"only {string.Join(", ", verbs.Select(verb => verb.Path))}");
        var all = shared.All;
        var rows = 0L;
        foreach (var verb in verbs)
        {
            var row = VerbRows.Of(verb.Service, verb.Verb)!;
            foreach (var role in verb.Access.Grants.Keys)
            {
                // Who acts for a link's holder is the seat that the link is into.
                var caller = EveryVerb.Of(all.Own, verb.Callers[0], role);
                // A proxy is in the log under the name that they have in every visit.
                var actor = role == Who.Proxy ? all.Own.Proxy.Id.ToString() : caller.Actor ?? all.Own.PatientIn(all.Own.Visit).Id.ToString();
                var body = TwoClinics.Text(await row.Make(all, all.Own, caller));
                var (before, named) = (await all.Audited(verb.Service, actor), await all.Audited(verb.Service, actor, "pat_%"));
                var heard = await all.Ask(verb.Service, verb.Verb, caller, body);
                Assert.True(heard.Served, $"{verb.Path}: {heard}");
                var more = await all.Audited(verb.Service, actor) - before;
                // A service that acts for itself may do so at any time, a person of the test's own does nothing else.
                Assert.True(role == Caller.ServiceRole ? more >= row.Audits : more == row.Audits, $"{verb.Path} for {role} left {more} audit rows, not {row.Audits}");
                if (role != Caller.ServiceRole) Assert.Equal(row.OfStaff ? 0 : more, await all.Audited(verb.Service, actor, "pat_%") - named);
                rows += more;
            }
        }
        Console.Write($"\nfigure: access, audit: {verbs.Count} verbs with PHI, {rows} audit rows counted\n");
    }

    [Fact]
    public async Task Every_page_that_shows_a_patient_leaves_a_row_for_each_patient_it_shows_and_the_others_leave_none()
    {
        var all = shared.All;
        var clinic = await all.Furnish("Western"); // of its own: a day's list ends at 200 visits
        using var door = new AtTheDoor(all);
        var staff = new Dictionary<string, StaffId>();
        foreach (var (name, role) in (IEnumerable<(string, StaffRole)>)[("own", StaffRole.Clinician), ("other", StaffRole.Clinician), ("desk", StaffRole.FrontDesk), ("admin", StaffRole.Admin)])
            staff[name] = (await all.Member(clinic.Tenant, role)).Staff;
        var names = new Dictionary<string, PatientId>();
        foreach (var given in (string[])[$"Aurelia{Token.New()[..8]}", $"Bertram{Token.New()[..8]}"])
            names[given] = (await all.Asked<PatientCreated>("records", "create-patient", all.Admin(clinic.Tenant), new CreatePatient(all.Key(), clinic.Tenant, given, "Quillfeather", clinic.Born, null, null))).Id;
        var visits = new List<Visit>();
        foreach (var patient in names.Values) visits.Add(await all.Booked(clinic.Tenant, staff["own"], patient));
        var (first, second) = (names.Keys.First(), names.Keys.Last());
        var (login, rows) = (await all.Login(staff["other"]), 0L);

        await Shows("own", "GET", "/clinic", "records", [first, second]);
        await Shows("desk", "GET", "/clinic", "records", [first, second]);
        await Shows("own", "GET", $"/clinic/visits/{visits[0].Id}", "records", [first]);
        foreach (var who in (string[])["own", "desk", "admin"])
            foreach (var rest in (string[])["", "/new"]) await Shows(who, "GET", $"/clinic/visits/{visits[0].Id}/proxies{rest}", "records", [first]);
        await Shows("own", "POST", "/clinic/visits", "records", [first, second], $"key={all.Key()}&given=Someone&family=New&born=1970-01-01&when=now&minutes=30");
        await Shows("other", "POST", $"/clinic/visits/{visits[1].Id}/emergency", "records", [], $"key={all.Key()}&reason=Collapsed+on+camera");
        await Shows("other", "GET", $"/clinic/visits/{visits[1].Id}", "records", [second]);
        var grant = (await all.Asked<EmergencyGrant>("identity", "find-emergency", new Caller("web", clinic.Tenant.ToString(), staff["other"].ToString(), "clinician"), new FindEmergency(login, visits[1].Id))).Id;
        // The reason that was given, not the name.
        var before = await all.Audited("identity", staff["admin"].ToString(), names[second].ToString());
        Assert.Contains("Collapsed on camera", (await Ask("admin", "GET", $"/admin/emergencies/{grant}", null)).Body, StringComparison.Ordinal);
        Assert.Equal(before + 1, await all.Audited("identity", staff["admin"].ToString(), names[second].ToString()));
        before = await all.Audited("intake", staff["own"].ToString(), names[first].ToString());
        Assert.True((await Ask("own", "GET", $"/clinic/visits/{visits[0].Id}/consent", null)).Served);
        Assert.Equal(before + 1, await all.Audited("intake", staff["own"].ToString(), names[first].ToString()));

        // No other page shows one: whatever is new here has to be counted above.
        var shown = new List<string>();
        foreach (var route in (await RouteTable.Read()).Door.Where(route => route.Method == "GET" && route.Access.Proof == DoorProof.Login))
            foreach (var who in staff.Keys)
                if ((await Ask(who, "GET", route.Path.Replace("{id}", visits[0].Id.ToString(), StringComparison.Ordinal).Replace("{seq:long}", "1", StringComparison.Ordinal), null)).Body.Contains(first, StringComparison.Ordinal)) shown.Add($"{who} {route.Path}");
        Assert.Equal(((string[])["own /clinic/visits/{id}", .. ((string[])["admin", "desk", "own"]).SelectMany(who => (string[])[$"{who} /clinic", $"{who} /clinic/visits/{{id}}/proxies", $"{who} /clinic/visits/{{id}}/proxies/new"])]).Order(), shown.Order());
        Console.Write($"\nfigure: access, audit: 12 pages asked, {rows} patients shown, {rows} audit rows counted\n");

        async Task Shows(string who, string method, string path, string service, string[] whom, string? form = null)
        {
            var counts = new List<long>();
            foreach (var patient in names.Values) counts.Add(await all.Audited(service, staff[who].ToString(), patient.ToString()));
            var heard = await Ask(who, method, path, form);
            Assert.True(heard.Status < 500, $"{path}: {heard}");
            foreach (var ((name, patient), count) in names.Zip(counts))
            {
                var (told, more) = (heard.Body.Contains(name, StringComparison.Ordinal), await all.Audited(service, staff[who].ToString(), patient.ToString()) - count);
                Assert.True(told == whom.Contains(name) && more == (told ? 1 : 0), $"{who} {method} {path}: {name} shown: {told}, {more} rows");
                rows += more;
            }
        }

        async Task<DoorHeard> Ask(string who, string method, string path, string? form) => await door.Ask(method,
            new DoorAsk(path, form, Headers: [("Accept", "text/html"), ("Cookie", $"__Host-login={(who == "other" ? login : await all.Login(staff[who]))}")]), new Visitor(who, null));
    }

    [Fact]
    public async Task Asking_for_somebody_elses_patient_leaves_an_audit_row_too()
    {
        var all = shared.All;
        foreach (var (verb, make) in (IEnumerable<(string, Func<TenantId, object>)>)[("get-patient", tenant => new Contracts.Records.GetPatient(tenant, all.Own.Patient)), ("get-patients", tenant => new Contracts.Records.GetPatients(tenant, [all.Own.Patient]))])
        {
            var actor = new StaffId(Guid.NewGuid()).ToString();
            await all.Ask("records", verb, new Caller("web", all.Other.Tenant.ToString(), actor, "clinician"), TwoClinics.Text(make(all.Other.Tenant)));
            Assert.Equal(1, await all.Audited("records", actor));
        }
    }
}

using System.Globalization;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Intake;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Host;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Shapes.Matrix;

/// <summary>
/// Own and other patient: staff of the same clinic who have no visit with a patient, in front of every door and verb that could give them something of the patient's. In an emergency a clinician is let
/// in to the record, and to nothing else.
/// </summary>
[Collection(SharedClinics.Name)]
public sealed class WhosePatient(SharedClinics shared)
{
    static readonly string[] Outside = ["POST /clinic/visits/{id}/emergency", "POST /clinic/visits/{id}/emergency/end"];

    /// <summary>A patient of the clinic's first clinician, with a consent. <paramref name="Marks"/>: what of them must not be told.</summary>
    sealed record Case(PatientId Patient, Visit Visit, ConsentId Consent, string Given, IReadOnlyList<string> Marks)
    {
        public static async Task<Case> Make(TwoClinics all)
        {
            var (clinic, born) = (all.Own, new DateOnly(1949, 7, 8));
            var (given, family, email) = ($"Ludmila{Token.New()[..8]}", $"Quillfeather{Token.New()[..8]}", $"{Token.New()[..8]}@matrix.invalid");
            var patient = (await all.Asked<PatientCreated>("records", "create-patient", all.Admin(clinic.Tenant), new CreatePatient(all.Key(), clinic.Tenant, given, family, born, null, new Phi<string>(email)))).Id;
            var visit = await all.Booked(clinic.Tenant, clinic.Staff[StaffRole.Clinician], patient);
            var consent = (await all.Asked<ConsentList>("intake", "give-consent", Of(clinic, clinic.Staff[StaffRole.Clinician], StaffRole.Clinician), new GiveConsent(clinic.Tenant, visit.Id, [(await VerbRows.Published(all, clinic)).Sha256], true))).Consents[0];
            return new Case(patient, visit, consent.Id, given, [given, family, email, "1949-07-08", born.ToString("d MMM yyyy", CultureInfo.InvariantCulture)]);
        }

        /// <summary>What of the patient is in a text, and whom it names.</summary>
        public IEnumerable<string> In(string text) => Marks.Append(Consent.ToString()).Where(mark => text.Contains(mark, StringComparison.Ordinal));
    }

    static Caller Of(Clinic clinic, StaffId staff, StaffRole role) => new("web", clinic.Tenant.ToString(), staff.ToString(), WireName.Of(role));

    [Fact]
    public async Task What_identifies_a_patient_is_answered_for_ones_own_and_the_desk_has_names()
    {
        var answers = (await RouteTable.Read()).Inside.Where(route => RouteTable.Identifies(route.Response)).ToList();
        foreach (var (role, may) in (IEnumerable<(string, string[])>)[(Who.Clinician, []), .. Who.Desk.Select(role => (role, (string[])["records/get-patients", "records/list-proxies", "identity/get-emergency"]))])
            Assert.Empty(answers.Where(route => route.Access.Grants.TryGetValue(role, out var reach) && reach != Reach.Own).Select(route => route.Path[1..]).Except(may));
        Assert.Equal(["patients.givenName", "patients.familyName"], RouteTable.Identifying(answers.Single(route => route.Path == "/records/get-patients").Response));
    }

    [Fact]
    public async Task Whoever_has_no_visit_with_a_patient_is_told_nothing_of_them_by_any_verb()
    {
        var (all, clinic) = (shared.All, shared.All.Own);
        var one = await Case.Make(all);
        var place = clinic.PatientIn(one.Visit);
        var proxy = await all.Granted(clinic.Tenant, one.Patient);
        var wrong = new List<string>();
        var asked = 0;
        foreach (var role in (StaffRole[])[StaffRole.Clinician, StaffRole.FrontDesk, StaffRole.Admin])
        {
            var staff = (await all.Member(clinic.Tenant, role)).Staff;
            var other = (await all.Booked(clinic.Tenant, staff, clinic.Patient)).Id; // somebody else's patient is theirs
            List<(string, string, object)> requests =
            [
                ("records", "get-patient", new GetPatient(clinic.Tenant, one.Patient)),
                ("records", "get-patient", new GetPatient(clinic.Tenant, one.Patient, new EmergencyId(Guid.NewGuid()))),
                ("intake", "list-consents", new ListConsents(clinic.Tenant, one.Visit.Id, null)),
                ("intake", "list-consents", new ListConsents(clinic.Tenant, null, one.Patient)),
                ("intake", "list-consents", new ListConsents(clinic.Tenant, one.Visit.Id, clinic.Patient)),
                ("intake", "give-consent", new GiveConsent(clinic.Tenant, one.Visit.Id, [], true)),
                ("intake", "withdraw-consent", new WithdrawConsent(clinic.Tenant, one.Consent, null)),
                ("identity", "enter-as-staff", new EnterAsStaff(await all.Login(staff), one.Visit.Id, one.Visit.Call, one.Visit.Participants.Single(seat => seat.Staff is not null).Id, VisitRole.Clinician)),
                ("identity", "enter-as-staff", new EnterAsStaff(await all.Login(staff), one.Visit.Id, one.Visit.Call, place.Id, VisitRole.Patient)),
                ("scheduling", "book-visit", new BookVisit(all.Key(), clinic.Tenant, staff, one.Patient, null, 30)),
            ];
            if (role == StaffRole.Clinician)
                requests.AddRange([
                    ("identity", "create-link", new CreateLink(all.Key(), clinic.Tenant, one.Visit.Id, one.Visit.Call, place.Id, VisitRole.Patient, one.Patient, all.Now - 1, all.Now + 3_600_000_000)),
                    ("identity", "create-link", new CreateLink(all.Key(), clinic.Tenant, other, one.Visit.Call, place.Id, VisitRole.Patient, one.Patient, all.Now - 1, all.Now + 3_600_000_000)),
                    ("scheduling", "book-visit", new BookVisit(all.Key(), clinic.Tenant, clinic.Staff[StaffRole.Clinician], one.Patient, null, 30)),
                    ("scheduling", "invite", new Invite(all.Key(), clinic.Tenant, one.Visit.Id, VisitRole.Colleague)),
                    ("scheduling", "end-visit", new EndVisit(clinic.Tenant, one.Visit.Id)),
                    ("scheduling", "mark-no-show", new MarkNoShow(clinic.Tenant, one.Visit.Id)),
                    ("scheduling", "mark-confidential", new MarkConfidential(clinic.Tenant, one.Visit.Id, true)),
                    ("records", "list-proxies", new ListProxies(clinic.Tenant, one.Patient)),
                    ("records", "add-proxy", new AddProxy(all.Key(), clinic.Tenant, one.Patient, "Some", "Body", ActingFor.Born, "Friend", ProxyBasis.Court, null)),
                    ("identity", "grant-proxy", new GrantProxy(all.Key(), clinic.Tenant, one.Patient, proxy, [ProxyScope.Visits], null)),
                    ("identity", "list-proxy-grants", new ListProxyGrants(clinic.Tenant, one.Patient)),
                    ("identity", "end-proxy", new EndProxy(clinic.Tenant, proxy)),
                ]);
            foreach (var (service, verb, request) in requests)
            {
                var before = await all.Audited(service, staff.ToString());
                var heard = await all.Ask(service, verb, Of(clinic, staff, role), TwoClinics.Text(request));
                asked++;
                if (heard.Served || heard.Status >= 500 || one.In(heard.Body).Any()) wrong.Add($"{service}/{verb} serves a {role}: {heard}");
                if (await all.Audited(service, staff.ToString()) != before + 1) wrong.Add($"{service}/{verb} refuses a {role} without a row");
            }
            var list = await all.Ask("records", "get-patients", Of(clinic, staff, role), TwoClinics.Text(new GetPatients(clinic.Tenant, [one.Patient])));
            var names = one.In(list.Body).ToList();
            if (!names.SequenceEqual(role == StaffRole.Clinician ? [] : one.Marks.Take(2))) wrong.Add($"get-patients tells a {role} {string.Join(", ", names)}");
        }
        Assert.True(wrong.Count == 0, $"{string.Join('\n', wrong)}\n{all.Platform.Log}");
        Console.Write($"\nfigure: access, other patient: {asked} requests inside by staff without a visit, 0 served, a row for each\n");
    }

    [Fact]
    public async Task A_clinician_without_a_visit_is_told_nothing_at_any_door_and_in_an_emergency_the_record_alone()
    {
        var (all, clinic) = (shared.All, shared.All.Own);
        var one = await Case.Make(all);
        var staff = (await all.Member(clinic.Tenant, StaffRole.Clinician)).Staff;
        using var door = new AtTheDoor(all);
        var routes = (await RouteTable.Read()).Door.Where(route => route.Access.Proof == DoorProof.Login && route.Access.Roles.Contains(Who.Clinician) && route.Path.StartsWith("/clinic", StringComparison.Ordinal)
            && !Outside.Contains($"{route.Method} {route.Path}")).ToList();
        Assert.True(routes.Count >= 9, $"only {routes.Count} doors");
        var login = await all.Login(staff);

        await NothingAnywhere();
        Assert.Equal(403, (await Ask("GET", "", login, page: true)).Status);

        Assert.True((await Ask("POST", "/emergency", login, $"key={all.Key()}&reason=Collapsed+on+camera")).Served);
        var rows = await all.Audited("records", staff.ToString());
        var record = await Ask("GET", "", login, page: true);
        Assert.Equal(one.Marks.Take(3), one.In(record.Body).Take(3));
        Assert.Equal(rows + 1, await all.Audited("records", staff.ToString()));

        // By this login, this page and this patient: nothing else is any more open than before.
        Assert.Empty(one.In((await Ask("GET", "", await all.Login(staff), page: true)).Body));
        var grant = (await all.Asked<EmergencyGrant>("identity", "find-emergency", Of(clinic, staff, StaffRole.Clinician), new FindEmergency(login, one.Visit.Id))).Id;
        var unnamed = await all.Ask("records", "get-patient", Of(clinic, staff, StaffRole.Clinician), TwoClinics.Text(new GetPatient(clinic.Tenant, one.Patient)));
        var anothers = await all.Ask("records", "get-patient", Of(clinic, staff, StaffRole.Clinician), TwoClinics.Text(new GetPatient(clinic.Tenant, clinic.OtherPatient, grant)));
        Assert.Equal(("no-such-patient", "emergency-over"), (unnamed.Refused, anothers.Refused));
        Assert.Empty(one.In((await Ask("GET", "", login)).Body)); // a program is shown no record
        foreach (var (method, rest) in (IEnumerable<(string, string)>)[("POST", "/enter"), ("GET", "/consent"), ("POST", "/consent"), ("POST", "/link"), ("POST", "/no-show"), ("POST", "/end")])
            Assert.True(await Ask(method, rest, login, method == "GET" ? null : "role=patient") is { Served: false, Status: < 500 }, rest);

        async Task NothingAnywhere()
        {
            foreach (var route in routes)
                foreach (var page in (bool[])[true, false])
                {
                    var heard = await At(route.Method, route.Path.Replace("{id}", one.Visit.Id.ToString(), StringComparison.Ordinal), login, route.Method == "GET" ? null : "role=patient&x=1", page);
                    Assert.True(heard.Status < 500 && !one.In(heard.Body).Any(), $"{route.Method} {route.Path} tells {string.Join(", ", one.In(heard.Body))}: {heard}");
                    if (route.Path.Contains("{id}", StringComparison.Ordinal)) Assert.False(heard.Served, $"{route.Method} {route.Path} serves: {heard}");
                }
        }

        Task<DoorHeard> Ask(string method, string rest, string by, string? form = null, bool page = false) => At(method, $"/clinic/visits/{one.Visit.Id}{rest}", by, form, page);

        Task<DoorHeard> At(string method, string path, string by, string? form, bool page) => door.Ask(method,
            new DoorAsk(path, form, Headers: [("Cookie", $"__Host-login={by}"), .. (IEnumerable<(string, string)>)(page ? [("Accept", "text/html")] : [])]), new Visitor("a clinician without a visit", null));
    }
}

using System.Collections.Concurrent;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>The neighbours of the web service, in memory: one clinic, one clinician, one booked visit, and a record of every call made.</summary>
internal sealed class StubClinic(TimeProvider clock) : IIdentityClient, ISchedulingClient, IRecordsClient, ISignalingClient
{
    public const string Password = "right-password", Email = "clinician@clinic.example", DemoToken = "demo-token-of-the-stub";
    public static readonly DateOnly Born = new(1950, 1, 31);

    readonly ConcurrentDictionary<string, CreateLink> _links = new();
    readonly ConcurrentDictionary<string, string> _devices = new();
    readonly ConcurrentDictionary<string, (StaffMember Staff, LoginLevel Level)> _logins = new();
    readonly ConcurrentDictionary<string, object> _keys = new();

    public ConcurrentQueue<string> Calls { get; } = [];
    public Tenant Clinic { get; set; } = new(new TenantId(NewId.Random()), "Harbour Street Practice", "555-0100", "America/Chicago", Demo: true);
    public ConcurrentDictionary<VisitId, Visit> Visits { get; } = new();
    public ConcurrentDictionary<PatientId, Patient> Patients { get; } = new();
    public ConcurrentDictionary<CallId, CallPresence> Presence { get; } = new();
    public bool SignalingIsDown { get; set; }
    public StaffMember Staff { get; private set; } = null!;
    public StaffMember Other { get; private set; } = null!;
    public StaffMember Admin { get; private set; } = null!;
    public StubPatientPasskeys PatientPasskeys => field ??= new StubPatientPasskeys(this);
    public StubVendors Vendors { get; } = new();
    public StubApps Apps { get; } = new();
    public StubPasskeys Passkeys { get; private set; } = null!;
    public StubStaff StaffPages { get; private set; } = null!;
    public StubFactors Factors { get; private set; } = null!;
    public StubAudit Audit { get; } = new();
    public StubKeys Keys { get; } = new(clock);
    public StubIntake Intake { get; } = new();
    public StubProxies Proxies { get; } = new(clock);
    public StubNotifications Notifications { get; } = new();
    public StubEmergencies Emergencies { get; private set; } = null!;

    /// <summary>What was asked of records, of single patients.</summary>
    public ConcurrentQueue<GetPatient> Read { get; } = [];
    public bool EmergencyIsOver { get; set; }
    public PatientId Patient { get; private set; }
    public Visit Visit { get; private set; } = null!;

    public async Task<StubClinic> Open()
    {
        Staff = new StaffMember(new StaffId(NewId.Random()), Clinic.Id, StaffRole.Clinician, "Dr Lee");
        Other = new StaffMember(new StaffId(NewId.Random()), Clinic.Id, StaffRole.Clinician, "Dr Else");
        Admin = new StaffMember(new StaffId(NewId.Random()), Clinic.Id, StaffRole.Admin, "Sam Rivera");
        Patient = (await CreatePatient(new CreatePatient("first", Clinic.Id, new("Maria"), new("Fernández"), new(Born), null, null), default)).Value!.Id;
        Visit = (await BookVisit(new BookVisit("first-visit", Clinic.Id, Staff.Id, Patient, null, 20), default)).Value!;
        Factors = new StubFactors(this);
        Emergencies = new StubEmergencies(this, clock);
        Passkeys = new StubPasskeys(this);
        StaffPages = new StubStaff(this).Open();
        Calls.Clear();
        return this;
    }

    /// <summary>A link for the first visit's patient, open from and until so many minutes from now.</summary>
    public string Link(int fromMinutes = -30, int untilMinutes = 360)
    {
        var participant = Visit.Participants.Single(one => one.Role == VisitRole.Patient);
        var token = Token.New();
        _links[token] = new CreateLink(token, Clinic.Id, Visit.Id, Visit.Call, participant.Id, participant.Role, Patient, Now(fromMinutes), Now(untilMinutes));
        return token;
    }

    /// <summary>A link of somebody who acts for the first visit's patient.</summary>
    public string ProxyLink(ProxyId proxy)
    {
        var token = Token.New();
        _links[token] = new CreateLink(token, Clinic.Id, Visit.Id, Visit.Call, new ParticipantId(NewId.Random()), VisitRole.Proxy, Patient, Now(-30), Now(360), proxy);
        return token;
    }

    public string SignedIn(StaffMember? staff = null, LoginLevel level = LoginLevel.Full)
    {
        var login = Token.New();
        _logins[login] = (staff ?? Staff, level);
        return login;
    }

    public (StaffMember Staff, LoginLevel Level)? LoginOf(string login) => _logins.TryGetValue(login, out var found) ? found : null;

    public void Put(VisitState state) => Visits[Visit.Id] = Visit = Visit with { State = state };

    long Now(int minutes = 0) => Instant.Microseconds(clock.GetUtcNow().AddMinutes(minutes));
    static readonly Refusal Gone = new("link-not-valid", "This link does not open a visit.", 404);
    static Task<Answer<T>> Say<T>(Answer<T> answer) => Task.FromResult(answer);
    void Heard(string verb) => Calls.Enqueue(verb);
    T Once<T>(string key, Func<T> make) where T : class => (T)_keys.GetOrAdd($"{typeof(T).Name} {key}", _ => make());
    CreateLink? Valid(string token) => _links.TryGetValue(token, out var link) && link.Expires > Now() ? link : null;
    Entered Enter(CreateLink link, string? device, bool identified) => new("pass.of.stub", device, identified, link.Visit, link.Participant, link.Role);

    public Task<Answer<LinkCreated>> CreateLink(CreateLink request, CancellationToken stop)
    {
        Heard("CreateLink");
        return Say<LinkCreated>(Once(request.Key, () =>
        {
            var made = new LinkCreated(Token.New());
            _links[made.Token] = request;
            return made;
        }));
    }

    public Task<Answer<Done>> RevokeLinks(RevokeLinks request, CancellationToken stop) => throw new NotSupportedException();

    public Task<Answer<VisitList>> ListOwnVisits(ListOwnVisits request, CancellationToken stop) => throw new NotSupportedException();

    public Task<Answer<LinkSeen>> LookLink(LookLink request, CancellationToken stop)
    {
        Heard("LookLink");
        return Say(Valid(request.Token) is { } link
            ? new Answer<LinkSeen>(new LinkSeen(link.Tenant, link.Visit, link.Participant, link.Role, _devices.ContainsKey(request.Token), link.NotBefore, link.Expires, Seen(link, request.Device))) : Gone);
    }

    ProxySeen? Seen(CreateLink link, string? device) => link.Proxy is not { } proxy ? null : Proxies.Devices.Contains(device ?? "")
        ? new ProxySeen(proxy, Proxies.Grant(proxy).Scopes, true, Patient) : new ProxySeen(proxy, Proxies.Grant(proxy).Scopes, false, null);

    public Task<Answer<Entered>> EnterByLink(EnterByLink request, CancellationToken stop)
    {
        Heard("EnterByLink");
        if (Valid(request.Token) is not { } link) return Say<Entered>(Gone);
        var fresh = request.Device ?? Token.New();
        var bound = _devices.GetOrAdd(request.Token, fresh);
        return Say<Entered>(Enter(link, fresh, bound == fresh));
    }

    public Task<Answer<Entered>> ProveBirthDate(ProveBirthDate request, CancellationToken stop)
    {
        Heard("ProveBirthDate");
        if (Valid(request.Token) is { Proxy: { } proxy } theirs) return Say(Proxies.Prove(proxy, request) is { } why ? (Answer<Entered>)why : Enter(theirs, null, identified: true));
        return Say(Valid(request.Token) is not { } link ? (Answer<Entered>)Gone
            : request.BirthDate.Reveal == Born ? Enter(link, null, identified: true) : new Refusal("birth-date-wrong", "That is not the date we have.", 422));
    }

    public Task<Answer<SignedIn>> SignIn(SignIn request, CancellationToken stop) => Say<SignedIn>(request is { Email: Email, Password: Password }
        ? new SignedIn(SignedIn(level: LoginLevel.Code), Staff, LoginLevel.Code) : new Refusal("sign-in-failed", "Email or password is not right.", 401));

    public Task<Answer<StaffMember>> WhoIs(WhoIs request, CancellationToken stop) =>
        Say<StaffMember>(LoginOf(request.Login) switch
        {
            (var staff, LoginLevel.Full) => staff,
            (_, LoginLevel.Code) => new Refusal("code-needed", "Give the code first.", 401),
            (_, LoginLevel.Enrol) => new Refusal("factor-missing", "Set up a factor first.", 401),
            _ => new Refusal("not-signed-in", "Sign in first.", 401),
        });

    public Task<Answer<Done>> SignOut(SignOut request, CancellationToken stop)
    {
        _logins.TryRemove(request.Login, out _);
        return Say<Done>(Done.Yes);
    }

    public Task<Answer<Entered>> EnterAsStaff(EnterAsStaff request, CancellationToken stop) =>
        Say<Entered>(new Entered("pass.of.staff", null, true, request.Visit, request.Participant, request.Role));

    public Task<Answer<Tenant>> GetTenant(GetTenant request, CancellationToken stop)
    {
        Heard("GetTenant");
        return Say<Tenant>(Clinic);
    }

    public Task<Answer<StaffMember>> GetStaff(GetStaff request, CancellationToken stop) => Say<StaffMember>(Staff);
    public Task<Answer<DemoSignInLink>> DemoSignInLink(MakeDemoSignInLink request, CancellationToken stop) => Say<DemoSignInLink>(new DemoSignInLink(DemoToken, Staff));

    public Task<Answer<SignedIn>> DemoSignIn(DemoSignIn request, CancellationToken stop) =>
        Say<SignedIn>(request.Token == DemoToken ? new SignedIn(SignedIn(), Staff) : new Refusal("sign-in-failed", "No.", 401));

    public Task<Answer<Visit>> BookVisit(BookVisit request, CancellationToken stop)
    {
        Heard("BookVisit");
        return Say<Visit>(Once(request.Key, () =>
        {
            var visit = new Visit(new VisitId(NewId.Random()), request.Tenant, new CallId(NewId.Random()), request.Clinician, request.Patient, request.StartsAt ?? Now(),
                request.Minutes, VisitState.Booked, null, null,
                [
                    new Participant(new ParticipantId(NewId.Random()), VisitRole.Patient, null, request.Patient),
                    new Participant(new ParticipantId(NewId.Random()), VisitRole.Clinician, request.Clinician, null),
                ]);
            Visits[visit.Id] = visit;
            return visit;
        }));
    }

    public Task<Answer<Visit>> GetVisit(GetVisit request, CancellationToken stop)
    {
        Heard("GetVisit");
        return Say<Visit>(Visits.TryGetValue(request.Id, out var visit) ? visit : new Refusal("no-such-visit", "There is no such visit.", 404));
    }

    public Task<Answer<VisitList>> ListVisits(ListVisits request, CancellationToken stop) => Say<VisitList>(new VisitList(
        [.. Visits.Values.Where(visit => visit.StartsAt >= request.From && visit.StartsAt < request.To).OrderBy(visit => visit.StartsAt)]));

    public Task<Answer<OwnPatients>> FindOwnPatients(FindOwnPatients request, CancellationToken stop) => throw new NotSupportedException();

    public Task<Answer<Participant>> Invite(Invite request, CancellationToken stop) =>
        Say<Participant>(Once(request.Key, () => new Participant(new ParticipantId(NewId.Random()), request.Role, null, null, request.Proxy)));

    public Task<Answer<Visit>> MarkConfidential(MarkConfidential request, CancellationToken stop)
    {
        Heard($"MarkConfidential {request.Confidential}");
        return Say<Visit>(Visits[request.Visit] = Visits[request.Visit] with { Confidential = request.Confidential });
    }

    public Task<Answer<Visit>> EndVisit(EndVisit request, CancellationToken stop)
    {
        Put(VisitState.Ended);
        return Say<Visit>(Visit);
    }

    public Task<Answer<Visit>> MarkNoShow(MarkNoShow request, CancellationToken stop) => Say<Visit>(new Refusal("visit-not-due", "The visit is not due yet.", 409));

    public Task<Answer<PatientCreated>> CreatePatient(CreatePatient request, CancellationToken stop) => Say<PatientCreated>(Once(request.Key, () =>
    {
        var id = new PatientId(NewId.Random());
        Patients[id] = new Patient(id, request.GivenName, request.FamilyName, request.BirthDate, request.Phone, request.Email);
        return new PatientCreated(id);
    }));

    public Task<Answer<Patient>> GetPatient(GetPatient request, CancellationToken stop)
    {
        Heard("GetPatient");
        Read.Enqueue(request);
        return Say<Patient>(request.Emergency is not null && EmergencyIsOver ? new Refusal("emergency-over", "It is over.", 403) : Patients[request.Id]);
    }

    public Task<Answer<PatientList>> GetPatients(GetPatients request, CancellationToken stop)
    {
        Heard("GetPatients");
        return Say<PatientList>(new PatientList([.. request.Ids.Select(id => Patients[id]).Select(one => new PatientName(one.Id, one.GivenName, one.FamilyName))]));
    }

    public Task<Answer<BirthDateChecked>> CheckBirthDate(CheckBirthDate request, CancellationToken stop) => throw new NotSupportedException();
    public Task<Answer<StaffAddress>> GetStaffAddress(GetStaffAddress request, CancellationToken stop) => throw new NotSupportedException();
    public Task<Answer<Contact>> GetContact(GetContact request, CancellationToken stop) => throw new NotSupportedException();
    public Task<Answer<BeatAnswer>> MediaNodeBeat(MediaNodeBeat request, CancellationToken stop) => throw new NotSupportedException();
    public Task<Answer<Done>> ReportPeers(ReportPeers request, CancellationToken stop) => throw new NotSupportedException();
    public Task<Answer<Admission>> GetAdmission(GetAdmission request, CancellationToken stop) => throw new NotSupportedException();

    public Task<Answer<PresenceList>> GetPresence(GetPresence request, CancellationToken stop) => SignalingIsDown
        ? throw new HttpRequestException("gone") : Say<PresenceList>(new PresenceList([.. Presence.Values.Where(one => request.Calls.Contains(one.Call))]));
}

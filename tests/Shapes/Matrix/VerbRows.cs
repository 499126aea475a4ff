using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Intake;
using FirstRing.Contracts.Keys;
using FirstRing.Contracts.Media;
using FirstRing.Contracts.Messaging;
using FirstRing.Contracts.Notifications;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;
using FirstRing.Contracts.Witness;
using FirstRing.Host;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using OtpNet;

namespace FirstRing.Tests.Shapes.Matrix;

/// <summary>What becomes of a request about one clinic's things in the name of another, which names itself as the tenant.</summary>
internal enum Elsewhere
{
    /// <summary>It is refused: to that clinic they do not exist.</summary>
    Refused,

    /// <summary>It is about the clinic that asks, whatever else it names.</summary>
    Own,

    /// <summary>Nothing is found.</summary>
    Nothing,
}

/// <summary>
/// How a verb is asked so that whoever may is served: <paramref name="Make"/> makes a request for a caller of a clinic, fresh each time. <see cref="Anothers"/>: the same about what is not
/// the caller's own.
/// </summary>
internal sealed record VerbRow(Func<TwoClinics, Clinic, Caller, Task<object>> Make)
{
    public Elsewhere Elsewhere { get; init; }
    public Func<TwoClinics, Clinic, Caller, Task<object>>? Anothers { get; init; }

    /// <summary>The handler refuses for want of what only a browser's key or a running call has; that it was asked is what shows.</summary>
    public bool OnlyReached { get; init; }

    /// <summary>A wrong secret opens nothing, and is not told so.</summary>
    public bool WrongIsSilent { get; init; }

    /// <summary>A clinic's log holds the ids that its own people asked for, those of another clinic's visits too.</summary>
    public bool HoldsWhatWasAsked { get; init; }

    /// <summary>The answer about what is another's is that there is nothing.</summary>
    public bool AnothersIsSilent { get; init; }

    /// <summary>The certificate alone decides: there is nobody for whom the service would act.</summary>
    public bool ByCertificate { get; init; }

    /// <summary>Audit rows in the store of the verb's service for a request that is served.</summary>
    public int Audits { get; init; } = 1;

    /// <summary>What identifies is a member of staff's: there is no patient to name in the row.</summary>
    public bool OfStaff { get; init; }
}

/// <summary>A row for each verb of the route table.</summary>
internal static class VerbRows
{
    const string Origin = "https://localhost";

    static VerbRow Row(Func<TwoClinics, Clinic, Caller, object> make) => new((all, clinic, caller) => Task.FromResult(make(all, clinic, caller)));
    static VerbRow Row(Func<TwoClinics, Clinic, Caller, Task<object>> make) => new(make);
    static VerbRow About(Func<Clinic, object> make) => new((_, clinic, _) => Task.FromResult(make(clinic)));
    static VerbRow WithDevice(Func<string, string, object> make) => new(async (all, clinic, _) =>
    {
        var link = await all.Link(clinic, clinic.Visit);
        var device = (await all.Asked<Entered>("identity", "enter-by-link", Caller.Anyone("web"), new EnterByLink(link, null))).Device!;
        await all.Asked<Entered>("identity", "prove-birth-date", Caller.Anyone("web"), new ProveBirthDate(link, device, clinic.Born));
        return make(link, device);
    });

    static VerbRow WithLogin(Func<string, object> make) => new(async (all, clinic, _) => make(await all.Login(clinic.Staff[StaffRole.Clinician])));

    static readonly VendorTerms Terms = new("Mail relay", "1", new(2026, 1, 1), new(2030, 1, 1), [DataClass.Operational], ["mail.invalid"]);

    static async Task<VendorId> Vendor(TwoClinics all, Clinic clinic) => (await all.Asked<Vendor>("identity", "add-vendor", all.Admin(clinic.Tenant), new AddVendor(all.Key(), clinic.Tenant, Terms))).Id;

    static readonly AppTerms App = new("Chart Helper", AppKind.Public, ["https://app.invalid/back"], ["openid"]);

    public static async Task<AppId> NewApp(TwoClinics all, Clinic clinic) => (await all.Asked<App>("identity", "add-app", all.Admin(clinic.Tenant), new AddApp(all.Key(), clinic.Tenant, App))).Id;

    /// <summary>The secret of a question of an application of the clinic's.</summary>
    public static async Task<string> Question(TwoClinics all, Clinic clinic)
    {
        var (app, secret) = (await NewApp(all, clinic), Token.New());
        await all.Run($"INSERT INTO oauth_asks (ask_hash, app, parameters, scopes, signed_in_after, expires_at) VALUES (@a, @b, @c, 'openid', 0, {all.Now + 600_000_000})", Token.Hash(secret), app.ToString(), """{"redirect_uri":"https://app.invalid/back"}""");
        return secret;
    }

    static Task<Visit> NewVisit(TwoClinics all, Clinic clinic, StaffId? with = null) => all.Booked(clinic.Tenant, with ?? clinic.Staff[StaffRole.Clinician], clinic.Patient);

    public static async Task<(StaffId Staff, string Login, string Recovery)> Enrolled(TwoClinics all, Clinic clinic)
    {
        var member = (await all.Member(clinic.Tenant, StaffRole.Clinician)).Staff;
        var login = await all.Login(member, "password");
        var kept = await all.Asked<FactorKept>("identity", "confirm-totp", Caller.Anyone("web"), new ConfirmTotp(login, await Begun(all, login)));
        return (member, await all.Login(member, "password"), kept.RecoveryCodes[0]);
    }

    static async Task<string> Begun(TwoClinics all, string login) =>
        new Totp(Base32Encoding.ToBytes((await all.Asked<TotpBegun>("identity", "begin-totp", Caller.Anyone("web"), new BeginTotp(login))).Secret)).ComputeTotp();

    /// <summary>A visit with a patient whom nobody in the scene has seen.</summary>
    public static async Task<Visit> Anothers(TwoClinics all, Clinic clinic) => await all.Booked(clinic.Tenant, new StaffId(Guid.NewGuid()),
        (await all.Asked<PatientCreated>("records", "create-patient", all.Admin(clinic.Tenant), new CreatePatient(all.Key(), clinic.Tenant, "Somebody", "Else", clinic.Born, null, null))).Id);

    /// <summary>A visit in which the caller has a seat: the first one's for its patient, else one of their own.</summary>
    static async Task<VisitId> Seated(TwoClinics all, Clinic clinic, Caller caller) => StaffId.TryParse(caller.Actor, null, out var staff) ? (await NewVisit(all, clinic, staff)).Id : clinic.Visit.Id;

    /// <summary>A text of the clinic's own.</summary>
    public static Task<ConsentText> Published(TwoClinics all, Clinic clinic) => all.Asked<ConsentText>("intake", "publish-consent-text", all.Admin(clinic.Tenant), Text(all, clinic));

    static PublishConsentText Text(TwoClinics all, Clinic clinic) => new(clinic.Tenant, ConsentPurpose.Telehealth, "en", $"Care by video\n\nIn words of our own, {all.Key()}");

    /// <summary>A clinician's request to open the record of a visit that is not theirs.</summary>
    static async Task<BreakGlass> Glass(TwoClinics all, Clinic clinic, StaffId clinician) =>
        new(all.Key(), await all.Login(clinician), (await NewVisit(all, clinic, new StaffId(Guid.NewGuid()))).Id, "Collapsed on camera");

    /// <summary>A record that is open to a clinician in an emergency.</summary>
    public static async Task<EmergencyGrant> Broken(TwoClinics all, Clinic clinic, StaffId? by = null)
    {
        var clinician = by ?? clinic.Staff[StaffRole.Clinician];
        return await all.Asked<EmergencyGrant>("identity", "break-glass", new Caller("web", clinic.Tenant.ToString(), clinician.ToString(), "clinician"), await Glass(all, clinic, clinician));
    }

    static async Task<FindEmergency> Found(TwoClinics all, Clinic clinic, StaffId clinician)
    {
        var asked = await Glass(all, clinic, clinician);
        await all.Asked<EmergencyGrant>("identity", "break-glass", new Caller("web", clinic.Tenant.ToString(), clinician.ToString(), "clinician"), asked);
        return new FindEmergency(asked.Login, asked.Visit);
    }

    /// <summary>A grant that is asked for, for somebody who was just entered.</summary>
    static async Task<GrantProxy> Granting(TwoClinics all, TenantId tenant, PatientId patient) => new(all.Key(), tenant, patient,
        (await all.Asked<ProxyAdded>("records", "add-proxy", all.Admin(tenant), new AddProxy(all.Key(), tenant, patient, "Some", "Body", ActingFor.Born, "Friend", ProxyBasis.Court, null))).Id, [ProxyScope.Visits], null);

    static readonly CallId NoCall = new(Guid.NewGuid());
    static readonly ParticipantId Nobody = new(Guid.NewGuid());

    public static readonly IReadOnlyDictionary<string, VerbRow> All = new Dictionary<string, VerbRow>
    {
        ["identity/create-link"] = Row((all, clinic, _) => (object)new CreateLink(all.Key(), clinic.Tenant, clinic.Visit.Id, clinic.Visit.Call, clinic.PatientIn(clinic.Visit).Id, VisitRole.Patient, clinic.Patient, all.Now - 1, all.Now + 3_600_000_000)) with
        {
            Anothers = async (all, clinic, _) => await Anothers(all, clinic) is var visit ? new CreateLink(all.Key(), clinic.Tenant, visit.Id, visit.Call, clinic.PatientIn(visit).Id, VisitRole.Patient, visit.Patient, all.Now - 1, all.Now + 3_600_000_000) : throw new InvalidOperationException(),
        },
        ["identity/revoke-links"] = About(clinic => new RevokeLinks(clinic.Tenant, clinic.OtherVisit.Id, clinic.PatientIn(clinic.OtherVisit).Id)) with { Elsewhere = Elsewhere.Own },
        ["identity/grant-proxy"] = Row(async Task<object> (all, clinic, _) => await Granting(all, clinic.Tenant, clinic.Patient)) with { Anothers = async (all, clinic, _) => await Granting(all, clinic.Tenant, (await Anothers(all, clinic)).Patient) },
        ["identity/list-proxy-grants"] = About(clinic => new ListProxyGrants(clinic.Tenant, clinic.Patient)) with { Elsewhere = Elsewhere.Nothing, Anothers = async (all, clinic, _) => new ListProxyGrants(clinic.Tenant, (await Anothers(all, clinic)).Patient) },
        ["identity/end-proxy"] = Row(async Task<object> (all, clinic, _) => new EndProxy(clinic.Tenant, await all.Granted(clinic.Tenant, clinic.Patient))) with
        {
            Anothers = async (all, clinic, _) => new EndProxy(clinic.Tenant, await all.Granted(clinic.Tenant, (await Anothers(all, clinic)).Patient)),
        },
        ["identity/check-proxy"] = About(clinic => new CheckProxy(clinic.Tenant, clinic.Patient, clinic.Proxy.Id, ProxyScope.Consent, clinic.Proxy.Place.Id)),
        ["identity/look-link"] = Row(async Task<object> (all, clinic, _) => new LookLink(await all.Link(clinic, clinic.Visit))),
        ["identity/enter-by-link"] = Row(async Task<object> (all, clinic, _) => new EnterByLink(await all.Link(clinic, clinic.Visit), null)),
        ["identity/prove-birth-date"] = Row(async Task<object> (all, clinic, _) =>
        {
            var link = await all.Link(clinic, clinic.Visit);
            await all.Asked<Entered>("identity", "enter-by-link", Caller.Anyone("web"), new EnterByLink(link, null));
            return new ProveBirthDate(link, Token.New(), clinic.Born);
        }) with { Audits = 2 },
        ["identity/begin-patient-passkey"] = WithDevice((token, device) => new BeginPatientPasskey(token, device, Origin)),
        ["identity/add-patient-passkey"] = WithDevice((token, device) => new AddPatientPasskey(token, device, Origin, Token.New(), "{}")) with { OnlyReached = true },
        ["identity/begin-patient-entry"] = About(_ => new BeginPatientEntry(Origin)),
        ["identity/enter-with-passkey"] = About(_ => new EnterWithPasskey(Origin, Token.New(), "{}", null)) with { OnlyReached = true },
        ["identity/remove-patient-passkey"] = About(_ => new RemovePatientPasskey(Origin, Token.New(), "{}")) with { OnlyReached = true },
        ["identity/end-patient-passkeys"] = About(clinic => new EndPatientPasskeys(clinic.Tenant, clinic.Patient)) with { Elsewhere = Elsewhere.Own },
        ["identity/sign-in"] = Row(async Task<object> (all, clinic, _) => await all.WithPassword(clinic.Tenant) is var (_, email, password) ? new SignIn(email, password) : throw new InvalidOperationException()),
        ["identity/who-is"] = WithLogin(login => new WhoIs(login)),
        ["identity/sign-out"] = WithLogin(login => new SignOut(login)) with { WrongIsSilent = true },
        ["identity/give-code"] = Row(async Task<object> (all, clinic, _) => await Enrolled(all, clinic) is var (_, login, code) ? new GiveCode(login, code) : throw new InvalidOperationException()),
        ["identity/look-login"] = WithLogin(login => new LookLogin(login)),
        ["identity/get-factors"] = WithLogin(login => new GetFactors(login)),
        ["identity/begin-totp"] = WithLogin(login => new BeginTotp(login)),
        ["identity/confirm-totp"] = Row(async Task<object> (all, clinic, _) =>
        {
            var login = await all.Login((await all.Member(clinic.Tenant, StaffRole.Clinician)).Staff);
            return new ConfirmTotp(login, await Begun(all, login));
        }),
        ["identity/make-recovery-codes"] = WithLogin(login => new MakeRecoveryCodes(login)),
        ["identity/list-own-logins"] = WithLogin(login => new ListOwnLogins(login)),
        ["identity/end-own-login"] = WithLogin(login => new EndOwnLogin(login, new LoginId(Guid.NewGuid()))),
        ["identity/change-password"] = Row(async Task<object> (all, clinic, _) => await all.WithPassword(clinic.Tenant) is var (staff, _, password) ? new ChangePassword(await all.Login(staff), password, Token.New()) : throw new InvalidOperationException()),
        ["identity/begin-passkey-sign-in"] = About(_ => new BeginPasskeySignIn(Origin)),
        ["identity/passkey-sign-in"] = About(_ => new PasskeySignIn(Origin, Token.New(), "{}")) with { OnlyReached = true },
        ["identity/begin-passkey"] = WithLogin(login => new BeginPasskey(login, Origin)),
        ["identity/add-passkey"] = WithLogin(login => new AddPasskey(login, Origin, Token.New(), "{}", "Key")) with { OnlyReached = true },
        ["identity/rename-passkey"] = WithLogin(login => new RenamePasskey(login, "none", "Key")) with { OnlyReached = true },
        ["identity/remove-passkey"] = WithLogin(login => new RemovePasskey(login, "none")) with { OnlyReached = true },
        ["identity/list-passkeys"] = WithLogin(login => new ListPasskeys(login)),
        ["identity/invite-staff"] = Row((all, clinic, _) => (object)new InviteStaff(all.Key(), clinic.Tenant, "Someone New", all.Email(), StaffRole.FrontDesk)) with { Elsewhere = Elsewhere.Own },
        ["identity/reset-staff"] = Row(async Task<object> (all, clinic, _) => new ResetStaff(all.Key(), clinic.Tenant, (await all.Member(clinic.Tenant, StaffRole.Clinician)).Staff)),
        ["identity/list-staff"] = About(clinic => new ListStaff(clinic.Tenant)) with { Elsewhere = Elsewhere.Own },
        ["identity/change-role"] = Row(async Task<object> (all, clinic, _) => new ChangeRole(clinic.Tenant, (await all.Member(clinic.Tenant, StaffRole.Clinician)).Staff, StaffRole.Auditor)),
        ["identity/disable-staff"] = Row(async Task<object> (all, clinic, _) => new DisableStaff(clinic.Tenant, (await all.Member(clinic.Tenant, StaffRole.Clinician)).Staff, true)),
        ["identity/list-logins"] = Row(async Task<object> (all, clinic, _) =>
        {
            await all.Login(clinic.Staff[StaffRole.FrontDesk]);
            return new ListLogins(clinic.Tenant, clinic.Staff[StaffRole.FrontDesk]);
        }) with { Elsewhere = Elsewhere.Nothing },
        ["identity/end-login"] = About(clinic => new EndLogin(clinic.Tenant, clinic.Staff[StaffRole.Clinician], new LoginId(Guid.NewGuid()))),
        ["identity/look-invitation"] = Row(async Task<object> (all, clinic, _) => new LookInvitation((await all.Member(clinic.Tenant, StaffRole.Clinician)).Token)),
        ["identity/take-invitation"] = Row(async Task<object> (all, clinic, _) => new TakeInvitation((await all.Member(clinic.Tenant, StaffRole.Clinician)).Token, Token.New())),
        ["identity/enter-as-staff"] = Row(async Task<object> (all, clinic, caller) =>
        {
            var staff = StaffId.Parse(caller.Actor!, null);
            var visit = await NewVisit(all, clinic, staff);
            return new EnterAsStaff(await all.Login(staff), visit.Id, visit.Call, visit.Participants.Single(one => one.Staff == staff).Id, VisitRole.Clinician);
        }) with
        {
            Anothers = async (all, clinic, caller) =>
            {
                var visit = await NewVisit(all, clinic, new StaffId(Guid.NewGuid()));
                return new EnterAsStaff(await all.Login(StaffId.Parse(caller.Actor!, null)), visit.Id, visit.Call, visit.Participants.Single(one => one.Staff is not null).Id, VisitRole.Clinician);
            },
        },
        ["identity/break-glass"] = Row(async Task<object> (all, clinic, caller) => await Glass(all, clinic, StaffId.Parse(caller.Actor!, null))) with
        {
            Anothers = async (all, clinic, _) => await Glass(all, clinic, (await all.Member(clinic.Tenant, StaffRole.Clinician)).Staff),
        },
        ["identity/find-emergency"] = Row(async Task<object> (all, clinic, caller) => await Found(all, clinic, StaffId.Parse(caller.Actor!, null))) with
        {
            Anothers = async (all, clinic, _) => await Found(all, clinic, (await all.Member(clinic.Tenant, StaffRole.Clinician)).Staff),
        },
        ["identity/check-emergency"] = Row(async Task<object> (all, clinic, _) => new CheckEmergency(clinic.Tenant, (await Broken(all, clinic)).Id, clinic.Patient)) with
        {
            Anothers = async (all, clinic, _) => new CheckEmergency(clinic.Tenant, (await Broken(all, clinic, (await all.Member(clinic.Tenant, StaffRole.Clinician)).Staff)).Id, clinic.Patient),
        },
        ["identity/end-emergency"] = Row(async Task<object> (all, clinic, _) => new EndEmergency(clinic.Tenant, (await Broken(all, clinic)).Id)) with
        {
            Anothers = async (all, clinic, _) => new EndEmergency(clinic.Tenant, (await Broken(all, clinic, (await all.Member(clinic.Tenant, StaffRole.Clinician)).Staff)).Id),
        },
        ["identity/list-emergencies"] = About(clinic => new ListEmergencies(clinic.Tenant)) with { Elsewhere = Elsewhere.Own },
        ["identity/count-emergencies"] = About(clinic => new CountEmergencies(clinic.Tenant)) with { Elsewhere = Elsewhere.Own },
        ["identity/get-emergency"] = Row(async Task<object> (all, clinic, _) => new GetEmergency(clinic.Tenant, (await Broken(all, clinic)).Id)),
        ["identity/review-emergency"] = Row(async Task<object> (all, clinic, _) => new ReviewEmergency(clinic.Tenant, (await Broken(all, clinic)).Id, EmergencyVerdict.Right, "It was right")),
        ["identity/get-tenant"] = About(clinic => new GetTenant(clinic.Tenant)) with { Elsewhere = Elsewhere.Own },
        ["identity/get-staff"] = About(clinic => new GetStaff(clinic.Tenant, clinic.Staff[StaffRole.Clinician])),
        ["identity/open-clinic"] = Row(async Task<object> (all, _, _) => new OpenClinic(all.Key(), await all.Operator(), "A New Clinic", "+12025550100", "Europe/Berlin", "An Admin", all.Email())),
        ["identity/get-staff-address"] = About(clinic => new GetStaffAddress(clinic.Tenant, clinic.Staff[StaffRole.Clinician])) with { OfStaff = true },
        ["identity/demo-sign-in-link"] = About(_ => new MakeDemoSignInLink()),
        ["identity/demo-sign-in"] = Row(async Task<object> (all, _, _) => new DemoSignIn((await all.Asked<DemoSignInLink>("identity", "demo-sign-in-link", Caller.Anyone("web"), new MakeDemoSignInLink())).Token)),
        ["identity/list-apps"] = About(clinic => new ListApps(clinic.Tenant)) with { Elsewhere = Elsewhere.Own },
        ["identity/add-app"] = Row((all, clinic, _) => (object)new AddApp(all.Key(), clinic.Tenant, App)) with { Elsewhere = Elsewhere.Own },
        ["identity/end-app"] = Row(async Task<object> (all, clinic, _) => new EndApp(clinic.Tenant, await NewApp(all, clinic))),
        ["identity/look-ask"] = Row(async Task<object> (all, clinic, _) => new LookAsk(await all.Login(clinic.Staff[StaffRole.Clinician]), await Question(all, clinic))),
        ["identity/decide-ask"] = Row(async Task<object> (all, clinic, _) => new DecideAsk(await all.Login(clinic.Staff[StaffRole.Clinician]), await Question(all, clinic), true)),
        ["identity/list-own-grants"] = WithLogin(login => new ListOwnGrants(login)),
        ["identity/end-own-grant"] = WithLogin(login => new EndOwnGrant(login, new GrantId(Guid.NewGuid()))),
        ["identity/list-vendors"] = About(clinic => new ListVendors(clinic.Tenant)) with { Elsewhere = Elsewhere.Own },
        ["identity/add-vendor"] = Row((all, clinic, _) => (object)new AddVendor(all.Key(), clinic.Tenant, Terms)) with { Elsewhere = Elsewhere.Own },
        ["identity/edit-vendor"] = Row(async Task<object> (all, clinic, _) => new EditVendor(clinic.Tenant, await Vendor(all, clinic), Terms)),
        ["identity/end-vendor"] = Row(async Task<object> (all, clinic, _) => new EndVendor(clinic.Tenant, await Vendor(all, clinic))),
        ["identity/check-vendor"] = Row(async Task<object> (all, clinic, _) => new CheckVendor(clinic.Tenant, await Vendor(all, clinic))),
        ["identity/check-token"] = About(_ => new CheckToken(Token.New(), "https://localhost/")) with { OnlyReached = true },
        ["identity/find-agreements"] = About(clinic => new FindAgreements(clinic.Tenant, "mail.invalid")),

        ["scheduling/book-visit"] = Row((all, clinic, _) => (object)new BookVisit(all.Key(), clinic.Tenant, clinic.Staff[StaffRole.Clinician], new PatientId(Guid.NewGuid()), null, 30)) with
        {
            Elsewhere = Elsewhere.Own,
            Anothers = async (all, clinic, caller) => new BookVisit(all.Key(), clinic.Tenant, StaffId.Parse(caller.Actor!, null), (await Anothers(all, clinic)).Patient, null, 30),
        },
        ["scheduling/find-own-patients"] = About(clinic => new FindOwnPatients(clinic.Tenant, [clinic.Patient])) with
        {
            Elsewhere = Elsewhere.Nothing, AnothersIsSilent = true, Anothers = async (all, clinic, _) => new FindOwnPatients(clinic.Tenant, [(await Anothers(all, clinic)).Patient]),
        },
        ["scheduling/get-visit"] = About(clinic => new GetVisit(clinic.Tenant, clinic.Visit.Id)) with { Anothers = (_, clinic, _) => Task.FromResult<object>(new GetVisit(clinic.Tenant, clinic.OtherVisit.Id)) },
        ["scheduling/list-visits"] = Row((all, clinic, _) => (object)new ListVisits(clinic.Tenant, null, 0, all.Now + 1)) with { Elsewhere = Elsewhere.Own },
        ["scheduling/list-own-visits"] = Row((all, clinic, _) => (object)new ListOwnVisits(clinic.Tenant, clinic.Patient, 0, all.Now + 1)),
        ["scheduling/invite"] = Row(async Task<object> (all, clinic, _) => new Invite(all.Key(), clinic.Tenant, (await NewVisit(all, clinic)).Id, VisitRole.Interpreter)) with { Anothers = async (all, clinic, _) => new Invite(all.Key(), clinic.Tenant, (await Anothers(all, clinic)).Id, VisitRole.Interpreter) },
        ["scheduling/end-visit"] = Row(async Task<object> (all, clinic, _) => new EndVisit(clinic.Tenant, (await NewVisit(all, clinic)).Id)) with { Anothers = async (all, clinic, _) => new EndVisit(clinic.Tenant, (await Anothers(all, clinic)).Id) },
        ["scheduling/mark-no-show"] = Row(async Task<object> (all, clinic, _) => new MarkNoShow(clinic.Tenant, (await NewVisit(all, clinic)).Id)) with { Anothers = async (all, clinic, _) => new MarkNoShow(clinic.Tenant, (await Anothers(all, clinic)).Id) },

        ["scheduling/mark-confidential"] = Row(async Task<object> (all, clinic, _) => new MarkConfidential(clinic.Tenant, (await NewVisit(all, clinic)).Id, true)) with { Anothers = async (all, clinic, _) => new MarkConfidential(clinic.Tenant, (await Anothers(all, clinic)).Id, true) },

        ["records/create-patient"] = Row((all, clinic, _) => (object)new CreatePatient(all.Key(), clinic.Tenant, "Someone", "New", clinic.Born, null, null)) with { Elsewhere = Elsewhere.Own },
        ["records/get-patient"] = Row(async Task<object> (all, clinic, caller) =>
        {
            await Seated(all, clinic, caller);
            return new GetPatient(clinic.Tenant, clinic.Patient);
        }) with { Anothers = async (all, clinic, _) => new GetPatient(clinic.Tenant, (await Anothers(all, clinic)).Patient) },
        ["records/get-patients"] = About(clinic => new GetPatients(clinic.Tenant, [clinic.Patient, clinic.OtherPatient])) with
        {
            Elsewhere = Elsewhere.Nothing, Audits = 2, AnothersIsSilent = true, Anothers = async (all, clinic, _) => new GetPatients(clinic.Tenant, [(await Anothers(all, clinic)).Patient]),
        },
        ["records/add-proxy"] = About(clinic => new AddProxy(Token.New(), clinic.Tenant, clinic.Patient, "Some", "Body", ActingFor.Born, "Friend", ProxyBasis.Court, null)) with
        {
            Anothers = async (all, clinic, _) => new AddProxy(all.Key(), clinic.Tenant, (await Anothers(all, clinic)).Patient, "Some", "Body", ActingFor.Born, "Friend", ProxyBasis.Court, null),
        },
        ["records/list-proxies"] = About(clinic => new ListProxies(clinic.Tenant, clinic.Patient)) with { Anothers = async (all, clinic, _) => new ListProxies(clinic.Tenant, (await Anothers(all, clinic)).Patient) },
        ["records/find-proxy-limit"] = About(clinic => new FindProxyLimit(clinic.Tenant, clinic.Patient, clinic.Proxy.Id, "Etc/UTC", 18)) with
        {
            Audits = 2, Anothers = async (all, clinic, _) => await Anothers(all, clinic) is var visit ? new FindProxyLimit(clinic.Tenant, visit.Patient, await all.Granted(clinic.Tenant, visit.Patient), "Etc/UTC", 18) : throw new InvalidOperationException(),
        },
        ["records/check-proxy-birth-date"] = About(clinic => new CheckProxyBirthDate(clinic.Tenant, clinic.Proxy.Id, ActingFor.Born)) with { Audits = 2 },
        ["records/get-represented"] = About(clinic => new GetRepresented(clinic.Tenant, clinic.Patient, clinic.Proxy.Id)) with { Anothers = (_, clinic, _) => Task.FromResult<object>(new GetRepresented(clinic.Tenant, clinic.OtherPatient, clinic.Proxy.Id)) },
        ["records/get-contact"] = About(clinic => new GetContact(clinic.Tenant, clinic.Patient)),
        ["records/check-birth-date"] = About(clinic => new CheckBirthDate(clinic.Tenant, clinic.Patient, clinic.Born)) with { Audits = 2 },

        ["intake/get-consent-texts"] = About(clinic => new GetConsentTexts(clinic.Tenant, "en")) with { Elsewhere = Elsewhere.Own },
        ["intake/find-consent-text"] = Row(async Task<object> (all, clinic, _) => new FindConsentText(clinic.Tenant, ConsentPurpose.Telehealth, (await Published(all, clinic)).Sha256)),
        ["intake/publish-consent-text"] = Row((all, clinic, _) => (object)Text(all, clinic)) with { Elsewhere = Elsewhere.Own },
        ["intake/give-consent"] = Row(async Task<object> (all, clinic, caller) => new GiveConsent(clinic.Tenant, await Seated(all, clinic, caller), [], true)) with
        {
            Anothers = async (all, clinic, _) => new GiveConsent(clinic.Tenant, (await NewVisit(all, clinic, new StaffId(Guid.NewGuid()))).Id, [], true),
        },
        ["intake/withdraw-consent"] = Row(async Task<object> (all, clinic, caller) =>
        {
            // Whoever may not withdraw could not have given either: then it is the visit's clinician's that they try.
            var giver = caller.Service == "web" && (Who.Clinic.Contains(caller.Role) || caller.Role == Who.Patient || caller.Role == Who.Proxy) ? caller : new Caller("web", clinic.Tenant.ToString(), new StaffId(Guid.NewGuid()).ToString(), "clinician");
            var given = await all.Asked<ConsentList>("intake", "give-consent", giver, new GiveConsent(clinic.Tenant, await Seated(all, clinic, giver), [(await Published(all, clinic)).Sha256], true));
            return new WithdrawConsent(clinic.Tenant, given.Consents[0].Id, null);
        }) with
        {
            Anothers = async (all, clinic, _) =>
            {
                var staff = new StaffId(Guid.NewGuid());
                var theirs = new Caller("web", clinic.Tenant.ToString(), staff.ToString(), "clinician");
                var given = await all.Asked<ConsentList>("intake", "give-consent", theirs, new GiveConsent(clinic.Tenant, (await NewVisit(all, clinic, staff)).Id, [(await Published(all, clinic)).Sha256], true));
                return new WithdrawConsent(clinic.Tenant, given.Consents[0].Id, null);
            },
        },
        ["intake/list-consents"] = Row(async Task<object> (all, clinic, caller) => new ListConsents(clinic.Tenant, await Seated(all, clinic, caller), null)) with
        {
            Anothers = async (all, clinic, _) => new ListConsents(clinic.Tenant, (await Anothers(all, clinic)).Id, null),
        },

        ["notifications/list-deliveries"] = About(clinic => new ListDeliveries(clinic.Tenant)) with { Elsewhere = Elsewhere.Own },
        ["notifications/replay-delivery"] = About(clinic => new ReplayDelivery(clinic.Tenant, new DeliveryId(Guid.NewGuid()))) with { OnlyReached = true },

        ["signaling/media-node-beat"] = About(_ => new MediaNodeBeat("matrix", Guid.NewGuid(), "nowhere", "in-process", 1, 0, [])),
        ["signaling/report-peers"] = About(_ => new ReportPeers("matrix", Guid.NewGuid(), [])),
        ["signaling/get-presence"] = About(clinic => new GetPresence(clinic.Tenant, [clinic.Visit.Call])) with { Elsewhere = Elsewhere.Nothing },
        ["signaling/get-admission"] = Row((_, clinic, caller) => (object)new GetAdmission(clinic.Tenant, clinic.Visit.Call, ParticipantId.TryParse(caller.Actor, null, out var seat) ? seat : Nobody)) with { Elsewhere = Elsewhere.Own, AnothersIsSilent = true },

        ["media/offer"] = About(_ => new MakeOffer(NoCall, Nobody, 1, 1)),
        ["media/answer"] = About(_ => new TakeAnswer(NoCall, Nobody, 1, 1, "v=0")) with { OnlyReached = true },
        ["media/admit"] = About(_ => new AdmitParticipant(NoCall, Nobody, 0, 1)) with { OnlyReached = true },
        ["media/remove"] = About(_ => new RemoveParticipant(NoCall, Nobody, 1)) with { OnlyReached = true },
        ["media/close-call"] = About(_ => new CloseCall(NoCall, 1)) with { OnlyReached = true },
        ["media/door-terms"] = About(_ => new GetDoorTerms()),
        ["media/record"] = About(_ => new RecordCall(NoCall, 1, new RecordingId(Guid.Empty), 1, RecordingStates.Resting, "")) with { OnlyReached = true },
        ["media/call-statistics"] = About(_ => new GetCallStatistics(NoCall)) with { OnlyReached = true },

        ["keys/list-keys"] = About(clinic => new ListKeys(clinic.Tenant)) with { Elsewhere = Elsewhere.Own },
        ["keys/rotate-keys"] = Row((all, clinic, _) => (object)new RotateKeys(all.Key(), clinic.Tenant)) with { Elsewhere = Elsewhere.Own },
        ["keys/schedule-destruction"] = About(clinic => new ScheduleDestruction(clinic.Tenant)) with { Elsewhere = Elsewhere.Own },
        ["keys/cancel-destruction"] = Row(async Task<object> (all, clinic, _) =>
        {
            foreach (var each in (Clinic[])[all.Own, all.Other]) await all.Asked<Destruction>("keys", "schedule-destruction", all.Admin(each.Tenant), new ScheduleDestruction(each.Tenant));
            return new CancelDestruction(clinic.Tenant);
        }) with { Elsewhere = Elsewhere.Own },

        ["audit/rows"] = Row((_, _, caller) => (object)new AuditBatch(caller.Service, 1, [], [])) with { ByCertificate = true, Anothers = (_, _, caller) => Task.FromResult<object>(new AuditBatch(caller.Service == "records" ? "identity" : "records", 1, [], [])) },
        ["audit/search"] = About(clinic => new SearchLog(clinic.Tenant, null, null, null, null, null, null, 10)) with { Elsewhere = Elsewhere.Own, HoldsWhatWasAsked = true },
        ["audit/get-event"] = Row(async Task<object> (all, clinic, _) =>
        {
            var page = await all.Asked<LogPage>("audit", "search", all.Admin(clinic.Tenant), new SearchLog(clinic.Tenant, null, null, "create-patient", null, null, null, 1));
            return new GetEvent(clinic.Tenant, page.Events[0].Seq);
        }),
        ["audit/report-disclosures"] = About(clinic => new ReportDisclosures(clinic.Tenant, clinic.Patient)) with { Elsewhere = Elsewhere.Own },

        ["witness/get-witnessed"] = About(_ => new GetWitnessed("none")) with { OnlyReached = true },
        ["witness/cosign"] = About(_ => new Cosign("none", 0, [], [])) with { OnlyReached = true },
    };

    /// <summary>What every service with a store does for the keys service, and every one that takes events.</summary>
    public static readonly IReadOnlyDictionary<string, VerbRow> OfEach = new Dictionary<string, VerbRow>
    {
        ["stored-keys"] = About(clinic => new ListStoredKeys(clinic.Tenant.ToString())),
        ["rewrap-keys"] = About(_ => new RewrapKeys([])),
        ["renew-key"] = About(clinic => new RenewKey(clinic.Tenant.ToString(), 1_000_000)),
        ["forget-keys"] = About(clinic => new ForgetKeys(clinic.Tenant.ToString())),
    };

    /// <summary>An event as its owner brings it, about nothing that there is; and one of its owner's that is not taken there.</summary>
    static VerbRow Events(string to) => new VerbRow((_, clinic, caller) => Task.FromResult<object>(Event(clinic, ModuleTable.Row(to).Consumes.FirstOrDefault(type => type.StartsWith($"{caller.Service}.", StringComparison.Ordinal)) ?? $"{caller.Service}.SomethingHappened"))) with
    {
        ByCertificate = true,
        Anothers = (_, clinic, caller) => Task.FromResult<object>(Event(clinic, $"{caller.Service}.NothingHappened")),
    };

    /// <summary>An event with a body of its type's shape.</summary>
    public static OutboxWire Event(Clinic clinic, string type)
    {
        var (visit, call) = (new VisitId(Guid.NewGuid()), new CallId(Guid.NewGuid()));
        object body = type[(type.IndexOf('.', StringComparison.Ordinal) + 1)..] switch
        {
            nameof(AgreementExpires) => new AgreementExpires(clinic.Tenant, new VendorId(Guid.NewGuid()), new DateOnly(2027, 2, 1), []),
            nameof(GlassBroken) => new GlassBroken(clinic.Tenant, new EmergencyId(Guid.NewGuid()), [], 1),
            nameof(LoginEnded) => new LoginEnded(new LoginId(Guid.NewGuid()), 1),
            nameof(SignInChanged) => new SignInChanged(clinic.Tenant, clinic.Staff[StaffRole.Clinician], SignInChange.PasswordSet, 1),
            nameof(VisitBooked) => new VisitBooked(visit, clinic.Tenant, call, 1),
            nameof(VisitMadeConfidential) => new VisitMadeConfidential(visit, clinic.Tenant),
            nameof(VisitEnded) => new VisitEnded(visit, clinic.Tenant, call, VisitState.Ended),
            nameof(CallStarted) => new CallStarted(call, visit, 1),
            nameof(CallEnded) => new CallEnded(call, visit, 1, "everyone-left"),
            nameof(MessagePosted) => new MessagePosted(visit, call, new MessageId(Guid.NewGuid()), Nobody),
            _ => Done.Yes,
        };
        return new OutboxWire(Guid.NewGuid(), type, clinic.Tenant.ToString(), 1, JsonSerializer.SerializeToElement(body, body.GetType(), ContractsJson.Default.Options));
    }

    public static VerbRow? Of(string service, string verb) => verb == ContractRoutes.Inbox ? Events(service) : All.GetValueOrDefault($"{service}/{verb}") ?? OfEach.GetValueOrDefault(verb);
}

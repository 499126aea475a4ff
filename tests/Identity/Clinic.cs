using System.Security.Cryptography;
using FirstRing.Audit;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Identity;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Passes;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using FirstRing.Witness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace FirstRing.Tests.Identity;

/// <summary>Identity on a fresh store, with stand-ins for records and scheduling, asked by web.</summary>
internal sealed class Clinic : IAsyncDisposable
{
    public const string OperatorSecret = "the-operators-secret-of-this-test";
    public const long Hour = 3_600_000_000;
    public static readonly DateOnly BirthDate = new(1958, 3, 9);

    readonly ECDsa _passKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    ServiceHost _host = null!;

    readonly TestStore? _log, _witness;

    Clinic(TestStore store, TestStore? log, TestStore? witness) => (Store, _log, _witness) = (store, log, witness);

    public TestStore Store { get; }
    public TenantId Tenant { get; } = new(NewId.Random());
    public PatientId Patient { get; } = new(NewId.Random());
    public VisitId Visit { get; } = new(NewId.Random());
    public CallId Call { get; } = new(NewId.Random());
    public ParticipantId Participant { get; } = new(NewId.Random());
    /// <summary>Whose visit it is.</summary>
    public StaffId Clinician { get; } = new(NewId.Random());
    public SchedulingStandIn Scheduling { get; } = new();
    public RecordsStandIn Records { get; } = new();
    public IIdentityClient Identity => _host.Client<IIdentityClient>("identity");

    /// <summary>Identity, asked for someone who is not known yet.</summary>
    public IIdentityClient Anyone => AsAnyone<IIdentityClient>();
    public IFactorsClient Factors => AsAnyone<IFactorsClient>();
    public IPasskeysClient Passkeys => AsAnyone<IPasskeysClient>();
    public IPatientPasskeysClient PatientPasskeys => AsAnyone<IPatientPasskeysClient>();
    public IPatientPasskeysClient PatientPasskeysFor(string service) => _host.Client<IPatientPasskeysClient>("identity", service);
    public IStaffClient Invited => AsAnyone<IStaffClient>();

    /// <summary>Staff administration, asked for whom the test acted for last.</summary>
    public IStaffClient Staff
    {
        get
        {
            if (Acting.Now?.Role == Caller.AnyoneRole && _someone is { } someone) Acting.As(someone);
            return _host.Client<IStaffClient>("identity");
        }
    }

    T AsAnyone<T>() where T : class
    {
        if (Acting.Now is { Role: not Caller.AnyoneRole } now) _someone = now;
        Acting.As(Caller.Anyone("web"));
        return _host.Client<T>("identity");
    }

    Caller? _someone;

    /// <summary>Identity, as notifications asks it for itself in <paramref name="tenant"/>.</summary>
    public IIdentityClient ForNotifications(TenantId tenant)
    {
        Acting.As(Caller.System("notifications", tenant.ToString()));
        return _host.Client<IIdentityClient>("identity", "notifications");
    }

    /// <summary>Break-glass, asked for whom the test acts for.</summary>
    public IEmergencyClient Emergencies => EmergenciesFor("web");
    public IEmergencyClient EmergenciesFor(string service) => _host.Client<IEmergencyClient>("identity", service);

    public IAppsClient Apps => AsAnyone<IAppsClient>();

    /// <summary>The public door.</summary>
    public ServiceHost Door => _host;

    /// <summary>The registry of applications, asked for a member of staff.</summary>
    public IAppsClient AppsOf(StaffMember staff)
    {
        As(staff);
        return _host.Client<IAppsClient>("identity");
    }

    public IVendorsClient Vendors => _host.Client<IVendorsClient>("identity");
    public long Now => Store.Clock.Microseconds();

    /// <param name="audited">With the audit log beside it, which takes identity's rows when <see cref="Logged"/> is called.</param>
    public static async Task<Clinic> Open(Dialect dialect, bool demo = false, bool audited = false)
    {
        var store = await TestStore.Open(dialect, new TestStoreOptions("identity", [typeof(IdentityModule)], ConsumersOf: _ => ["signaling"]));
        var clinic = new Clinic(store, audited ? await TestStore.Open(dialect, new TestStoreOptions("audit", [typeof(AuditModule)], Clock: store.Clock)) : null,
            audited ? await TestStore.Open(dialect, new TestStoreOptions("witness", [typeof(WitnessModule)], Clock: store.Clock)) : null);
        clinic.Records.BirthDates[clinic.Patient] = BirthDate;
        clinic.Scheduling.Visits.Add(new Visit(clinic.Visit, clinic.Tenant, clinic.Call, clinic.Clinician, clinic.Patient, 0, 20, VisitState.Booked, null, null,
            [new Participant(clinic.Participant, VisitRole.Patient, null, clinic.Patient), new Participant(new ParticipantId(NewId.Random()), VisitRole.Clinician, clinic.Clinician, null)]));
        await File.WriteAllTextAsync(clinic.PassKeyFile, clinic._passKey.ExportPkcs8PrivateKeyPem());
        await clinic.Start(demo);
        return clinic;
    }

    string PassKeyFile => Store.Folder.At("pass.key.pem");

    async Task Start(bool demo) => _host = await ServiceHost.Start(Store.Clock,
        [new HostedModule("identity", new IdentityModule { PasswordRounds = 1, KeyBits = 2048 }, Store, new Dictionary<string, string?> { ["PassKey"] = PassKeyFile, ["Demo"] = demo ? "true" : "false", ["Operator"] = OperatorSecret }),
        new HostedModule("records", Records), new HostedModule("scheduling", Scheduling),
        .. _log is null ? (HostedModule[])[] : [new HostedModule("audit", new AuditModule(), _log), new HostedModule("witness", new WitnessModule(), _witness!)]]);

    /// <summary>The log takes what identity wrote.</summary>
    public async Task Logged(TestStore? of = null)
    {
        var store = (of ?? Store).Store;
        var relay = new AuditRelay(store, _host.Services.GetRequiredKeyedService<ContractClients>(store.Service).CarryAudit, holdsBack: false, NullLogger<AuditRelay>.Instance);
        while (await relay.Deliver(default) > 0) { }
    }

    public TestStore Log => _log!;

    /// <summary>The service ends and starts again on the same store.</summary>
    public async Task Restart(bool demo)
    {
        await _host.DisposeAsync();
        await Start(demo);
    }

    /// <summary>From here on the test acts for this tenant.</summary>
    public void Act() => Acting.As(new Caller("web", Tenant.ToString(), "stf_test", "front-desk"));

    /// <summary>Identity, asked for a member of staff.</summary>
    public IIdentityClient As(StaffMember staff) => As(new Caller("web", staff.Tenant.ToString(), staff.Id.ToString(), WireName.Of(staff.Role)));

    /// <summary>Identity, asked for <paramref name="caller"/>; from here on the test acts for them.</summary>
    public IIdentityClient As(Caller caller)
    {
        Acting.As(caller);
        return Identity;
    }

    public CreateLink Request(string key = "k1", VisitRole role = VisitRole.Patient, long? notBefore = null, long? expires = null) =>
        new(key, Tenant, Visit, Call, Participant, role, role == VisitRole.Patient ? Patient : null, notBefore ?? Now - Hour, expires ?? Now + 24 * Hour);

    public async Task<string> Link(string key = "k1", VisitRole role = VisitRole.Patient, long? notBefore = null, long? expires = null)
    {
        Act();
        return (await Identity.CreateLink(Request(key, role, notBefore, expires), default)).Value!.Token;
    }

    public Task<Answer<Entered>> Enter(string token, string? device = null) => Anyone.EnterByLink(new EnterByLink(token, device), default);

    public Task<Answer<Entered>> Prove(string token, string device, DateOnly date) => Anyone.ProveBirthDate(new ProveBirthDate(token, device, date), default);

    public Task<Pass?> Read(string pass) => new PassReader(_passKey, Store.Clock).Read(pass, "signaling");

    /// <summary>A demo member's e-mail address, password and secret of codes, as the host prints them.</summary>
    public (string Email, string Password, byte[] Seed) DemoSignIn(string who = "clinician")
    {
        var words = File.ReadLines(Store.Folder.At("demo-sign-in.txt")).Single(line => line.StartsWith(who, StringComparison.Ordinal)).Split(' ');
        return (words[0], words[1], OtpNet.Base32Encoding.ToBytes(words[2]));
    }

    /// <summary>The code that an authenticator app shows so many steps of 30 seconds from now.</summary>
    public string Code(byte[] seed, int steps = 0) => new OtpNet.Totp(seed).ComputeTotp(Store.Clock.GetUtcNow().UtcDateTime.AddSeconds(30 * steps));

    /// <summary>A whole login of a demo member. Codes are good once, so the clock goes on by a step before.</summary>
    public async Task<SignedIn> SignInWhole(string who = "clinician")
    {
        var (email, password, seed) = DemoSignIn(who);
        Store.Clock.Advance(TimeSpan.FromSeconds(30));
        var half = (await Anyone.SignIn(new SignIn(email, password), default)).Value!;
        return (await Factors.GiveCode(new GiveCode(half.Login, Code(seed)), default)).Value!;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await Store.DisposeAsync();
        if (_log is not null) await _log.DisposeAsync();
        if (_witness is not null) await _witness.DisposeAsync();
        _passKey.Dispose();
    }
}

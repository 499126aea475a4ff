using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Records;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Records;

/// <summary>Records on a fresh store, asked by a clinician of one tenant.</summary>
internal sealed class Clinic(TestStore store, ServiceHost host, Grants grants, Visits visits) : IAsyncDisposable
{
    public const string Canary = "Quillfeather-Zabrodskaya";

    public TestStore Store => store;
    public Grants Grants => grants;
    public Visits Visits => visits;
    public TenantId Tenant { get; } = new(NewId.Random());
    public StaffId Clinician { get; } = new(NewId.Random());
    public IRecordsClient Records => host.Client<IRecordsClient>("records");

    public IProxyPersonsClient Persons => host.Client<IProxyPersonsClient>("records");
    IProxyPersonsClient ForIdentity => host.Client<IProxyPersonsClient>("records", "identity");

    /// <summary>What identity asks before it gives somebody a grant; the test acts as the clinician then.</summary>
    public Task<Answer<ProxyLimit>> Limit(PatientId patient, ProxyId proxy, string zone = "Etc/UTC", int years = 18)
    {
        Acting.As(new Caller("identity", Tenant.ToString(), Clinician.ToString(), "clinician"));
        return ForIdentity.FindProxyLimit(new FindProxyLimit(Tenant, patient, proxy, zone, years), default);
    }

    public Task<Answer<BirthDateChecked>> CheckProxy(ProxyId proxy, DateOnly date)
    {
        Acting.As(new Caller("identity", Tenant.ToString(), "par_x", "proxy"));
        return ForIdentity.CheckProxyBirthDate(new CheckProxyBirthDate(Tenant, proxy, date), default);
    }

    public Task<Answer<Represented>> Represented(PatientId patient, ProxyId proxy)
    {
        Acting.As(new Caller("web", Tenant.ToString(), new ParticipantId(NewId.Random()).ToString(), "proxy"));
        return Persons.GetRepresented(new GetRepresented(Tenant, patient, proxy), default);
    }

    /// <summary>What identity asks for a patient who is at the door with another device.</summary>
    public async Task<Answer<BirthDateChecked>> Check(PatientId id, DateOnly date, TenantId? tenant = null)
    {
        Acting.As(new Caller("identity", (tenant ?? Tenant).ToString(), "par_x", "patient"));
        return await host.Client<IRecordsClient>("records", "identity").CheckBirthDate(new CheckBirthDate(Tenant, id, date), default);
    }

    public static async Task<Clinic> Open(Dialect dialect, Func<string, FirstRing.Platform.Sealing.IKeyProvider>? provider = null)
    {
        var store = await TestStore.Open(dialect, new TestStoreOptions("records", [typeof(RecordsModule)], Provider: provider));
        var (grants, visits) = (new Grants(), new Visits());
        return new Clinic(store, await ServiceHost.Start(store.Clock, new HostedModule("records", new RecordsModule(), store), new HostedModule("identity", grants), new HostedModule("scheduling", visits)), grants, visits);
    }

    /// <summary>From here on the test acts as the clinician.</summary>
    public void Act(string role = "clinician") => Acting.As(new Caller("web", Tenant.ToString(), Clinician.ToString(), role));

    public CreatePatient Request(string key = "k1", string given = "Ada", string family = Canary, DateOnly? born = null) =>
        new(key, Tenant, given, family, born ?? new DateOnly(1958, 3, 9), new Phi<string>("+1 202-555-0117"), new Phi<string>("ada@quillfeather.invalid"));

    // Not async: what an async method sets in its flow is gone when it returns.
    public Task<PatientId> Patient()
    {
        Act();
        return Made();
        async Task<PatientId> Made() => (await Records.CreatePatient(Request(), default)).Value!.Id;
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await store.DisposeAsync();
    }
}

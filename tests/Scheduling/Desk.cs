using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Outbox;
using FirstRing.Platform.Storage;
using FirstRing.Scheduling;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NoShowJob = FirstRing.Scheduling.Visits.NoShowJob;

namespace FirstRing.Tests.Scheduling;

/// <summary>Scheduling on a fresh store, asked by the front desk of one tenant.</summary>
internal sealed class Desk(TestStore store, ServiceHost host, Proxies proxies) : IAsyncDisposable
{
    public const long Minute = 60_000_000;

    public TestStore Store => store;
    public Proxies Proxies => proxies;
    public TenantId Tenant { get; } = new(NewId.Random());
    public StaffId Clinician { get; } = new(NewId.Random());
    public PatientId Patient { get; } = new(NewId.Random());
    public ISchedulingClient Scheduling => SchedulingFor("web");
    public ISchedulingClient SchedulingFor(string service) => host.Client<ISchedulingClient>("scheduling", service);
    public NoShowJob NoShows => host.Services.GetServices<IHostedService>().OfType<NoShowJob>().Single();
    public long Now => store.Clock.Microseconds();

    public static async Task<Desk> Open(Dialect dialect)
    {
        var store = await TestStore.Open(dialect, new TestStoreOptions("scheduling", [typeof(SchedulingModule)], ConsumersOf: _ => ["signaling"]));
        var proxies = new Proxies();
        return new Desk(store, await ServiceHost.Start(store.Clock, new HostedModule("scheduling", new SchedulingModule(), store), new HostedModule("identity", proxies)), proxies);
    }

    public void Act() => Acting.As(new Caller("web", Tenant.ToString(), Clinician.ToString(), "front-desk"));

    public BookVisit Request(string key = "k1", long? startsAt = null, int minutes = 20) => new(key, Tenant, Clinician, Patient, startsAt, minutes);

    public async Task<Visit> Book(string key = "k1", long? startsAt = null, int minutes = 20) =>
        (await Scheduling.BookVisit(Request(key, startsAt, minutes), default)).Value!;

    public async Task<Visit> Get(VisitId id) => (await Scheduling.GetVisit(new GetVisit(Tenant, id), default)).Value!;

    public Task CallStarted(Visit visit, long at, Guid? id = null) => Deliver(EventTypes.CallStarted, new CallStarted(visit.Call, visit.Id, at), id);
    public Task CallEnded(Visit visit, long at, string reason, Guid? id = null) => Deliver(EventTypes.CallEnded, new CallEnded(visit.Call, visit.Id, at, reason), id);

    public Task Deliver<T>(string type, T body, Guid? id = null) => host.Services.GetRequiredKeyedService<ContractClients>("signaling").Carry("scheduling",
        new OutboxEvent(id ?? NewId.Random(), type, Tenant.ToString(), Now, JsonSerializer.SerializeToElement(body, ContractsJson.Default.Options)), default);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await store.DisposeAsync();
    }
}

using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Notifications;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Notifications;
using FirstRing.Notifications.Deliveries;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Outbox;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FirstRing.Tests.Notifications;

/// <summary>
/// Notifications on a fresh store before a real mail server, with neighbours that know one clinic and one visit. The mailer runs when the test says so.
/// </summary>
internal sealed class Office : IAsyncDisposable
{
    readonly Neighbours _neighbours;
    ServiceHost _host = null!;

    Office(TestStore store, MailServer server, Neighbours neighbours) => (Store, Server, _neighbours) = (store, server, neighbours);

    public TestStore Store { get; }
    public MailServer Server { get; }
    public Neighbours Around => _neighbours;
    public Mailer Mailer => _host.Services.GetRequiredService<Mailer>();

    public static async Task<Office> Open(Dialect dialect, Action<Dictionary<string, string?>>? with = null)
    {
        var server = await MailServer.Start();
        var store = await TestStore.Open(dialect, new TestStoreOptions("notifications", [typeof(NotificationsModule)]));
        var office = new Office(store, server, new Neighbours(store.Clock));
        var settings = new Dictionary<string, string?>
        {
            ["Smtp:Host"] = "localhost", ["Smtp:Port"] = $"{server.Port}", ["Smtp:From"] = "visits@clinic.example", ["Door"] = "https://visits.clinic.example",
            ["Egress:PrivateHosts:0"] = "localhost", ["Egress:Roots"] = server.Roots,
        };
        with?.Invoke(settings);
        office._host = await ServiceHost.Start(store.Clock, new HostedModule("notifications", new Quiet(), store, settings), new HostedModule("identity", office._neighbours),
            new HostedModule("records", office._neighbours.Records), new HostedModule("scheduling", office._neighbours.Scheduling));
        return office;
    }

    /// <summary>What scheduling's outbox brings when a visit was booked; the same event where the id is.</summary>
    public Task Booked(Guid? id = null)
    {
        var visit = _neighbours.Visit;
        var body = JsonSerializer.SerializeToElement(new VisitBooked(visit.Id, visit.Tenant, visit.Call, visit.StartsAt), ContractsJson.Default.VisitBooked);
        return _host.Services.GetRequiredKeyedService<ContractClients>("scheduling").Carry("notifications",
            new OutboxEvent(id ?? NewId.Random(), EventTypes.VisitBooked, visit.Tenant.ToString(), Store.Clock.Microseconds(), body), CancellationToken.None);
    }

    /// <summary>What identity's outbox brings when somebody's sign-in was changed.</summary>
    public Task Changed(StaffId staff, SignInChange change, Guid? id = null) =>
        _host.Services.GetRequiredKeyedService<ContractClients>("identity").Carry("notifications", new OutboxEvent(id ?? NewId.Random(), EventTypes.SignInChanged, _neighbours.Tenant.ToString(),
            Store.Clock.Microseconds(), JsonSerializer.SerializeToElement(new SignInChanged(_neighbours.Tenant, staff, change, Store.Clock.Microseconds()), ContractsJson.Default.SignInChanged)), CancellationToken.None);

    /// <summary>What identity's outbox brings when a record was opened in an emergency.</summary>
    public Task Broken(EmergencyId emergency, Guid id, params IReadOnlyList<StaffId> admins) =>
        _host.Services.GetRequiredKeyedService<ContractClients>("identity").Carry("notifications", new OutboxEvent(id, EventTypes.GlassBroken, _neighbours.Tenant.ToString(), Store.Clock.Microseconds(),
            JsonSerializer.SerializeToElement(new GlassBroken(_neighbours.Tenant, emergency, admins, Store.Clock.Microseconds()), ContractsJson.Default.GlassBroken)), CancellationToken.None);

    /// <summary>What identity's outbox brings when an agreement ends soon.</summary>
    public Task Expires(VendorId vendor, Guid id, params IReadOnlyList<StaffId> admins) =>
        _host.Services.GetRequiredKeyedService<ContractClients>("identity").Carry("notifications", new OutboxEvent(id, EventTypes.AgreementExpires, _neighbours.Tenant.ToString(), Store.Clock.Microseconds(),
            JsonSerializer.SerializeToElement(new AgreementExpires(_neighbours.Tenant, vendor, new DateOnly(2027, 2, 1), admins), ContractsJson.Default.AgreementExpires)), CancellationToken.None);

    public Task<int> Deliver() => Mailer.DeliverDue(CancellationToken.None);

    /// <summary>Time passes and what has come due is tried.</summary>
    public Task<int> DeliverAfter(TimeSpan time)
    {
        Store.Clock.Advance(time);
        return Deliver();
    }

    public async Task<Delivery> Only() => Assert.Single(await Listed());

    public Task<IReadOnlyList<Delivery>> Listed()
    {
        ActAsAdmin();
        return All();
        async Task<IReadOnlyList<Delivery>> All() => (await Client.ListDeliveries(new Contracts.Notifications.ListDeliveries(_neighbours.Tenant), default)).Value!.Deliveries;
    }

    public INotificationsClient Client => _host.Client<INotificationsClient>("notifications");
    public void ActAsAdmin() => Acting.As(new Caller("web", _neighbours.Tenant.ToString(), "stf_admin", "admin"));

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await Store.DisposeAsync();
        await Server.DisposeAsync();
    }

    // The module as it is, but that nothing runs by itself.
    sealed class Quiet : IModule
    {
        readonly NotificationsModule _real = new();

        public void Register(ModuleContext context)
        {
            _real.Register(context);
            foreach (var hosted in context.Services.Where(service => service.ServiceType == typeof(IHostedService) && service.ImplementationFactory is not null).ToList()) context.Services.Remove(hosted);
        }

        public void MapContract(ContractRoutes routes) => _real.MapContract(routes);
        public void MapDoor(IEndpointRouteBuilder routes) => _real.MapDoor(routes);
    }
}

/// <summary>Identity, records and scheduling, as far as notifications asks them.</summary>
internal sealed class Neighbours : IModule
{
    public Neighbours(TimeProvider clock)
    {
        var patient = new PatientId(NewId.Random());
        Visit = new Visit(new VisitId(NewId.Random()), Tenant, new CallId(NewId.Random()), new StaffId(NewId.Random()), patient, Instant.Microseconds(clock.GetUtcNow().AddDays(2)), 20, VisitState.Booked,
            null, null, [new Participant(new ParticipantId(NewId.Random()), VisitRole.Patient, null, patient)]);
        Agreements = [new HostAgreement(new DateOnly(2026, 1, 1), new DateOnly(2028, 1, 1), false, [DataClass.Operational, DataClass.Phi])];
        Clinic = new Tenant(Tenant, "Harbour Street Practice", "+1 555-0100", "America/Chicago", Demo: true);
        Records = new One<GetContact, Contact>("get-contact", _ => RecordsAreDown ? throw new InvalidOperationException() : new Contact(Address is { } address ? new Phi<string>(address) : default(Phi<string>?)), this);
        Scheduling = new One<GetVisit, Visit>("get-visit", _ => Visit, this);
    }

    static readonly Access Ours = Access.By("notifications").ForItself();

    public TenantId Tenant { get; } = new(NewId.Random());
    public Visit Visit { get; set; }
    public Tenant Clinic { get; set; }
    public string? Address { get; set; } = "rosa.quillfeather@mail.example";
    public bool RecordsAreDown { get; set; }
    public IReadOnlyList<HostAgreement> Agreements { get; set; }
    public List<CreateLink> Links { get; } = [];
    public List<string> Asked { get; } = [];
    public IModule Records { get; }
    public IModule Scheduling { get; }

    public static string TokenOf(CreateLink link) => Token.Hash(link.Key)[..27];

    public void Register(ModuleContext context) { }
    public void MapDoor(IEndpointRouteBuilder routes) { }

    public void MapContract(ContractRoutes routes)
    {
        routes.Verb<FindAgreements, Answer<AgreementList>>("find-agreements", Ours, (_, _, _, _) => Task.FromResult<Answer<AgreementList>>(new AgreementList(Agreements)));
        routes.Verb<GetStaffAddress, Answer<StaffAddress>>("get-staff-address", Ours, (asked, _, _, _) =>
        {
            lock (Asked) Asked.Add($"get-staff-address {asked.Id}");
            return Task.FromResult<Answer<StaffAddress>>(new StaffAddress(Address is { } address ? new Phi<string>(address) : default(Phi<string>?)));
        });
        routes.Verb<GetTenant, Answer<Tenant>>("get-tenant", Ours, (_, _, _, _) => Task.FromResult<Answer<Tenant>>(Clinic));
        routes.Verb<CreateLink, Answer<LinkCreated>>("create-link", Ours, (link, _, _, _) =>
        {
            lock (Links) Links.Add(link);
            return Task.FromResult<Answer<LinkCreated>>(new LinkCreated(TokenOf(link)));
        });
    }

    sealed class One<TRequest, TAnswer>(string verb, Func<TRequest, TAnswer> answer, Neighbours all) : IModule where TAnswer : class
    {
        public void Register(ModuleContext context) { }
        public void MapDoor(IEndpointRouteBuilder routes) { }

        public void MapContract(ContractRoutes routes) => routes.Verb<TRequest, Answer<TAnswer>>(verb, Ours, (request, caller, _, _) =>
        {
            lock (all.Asked) all.Asked.Add($"{verb} {caller.Role}");
            return Task.FromResult<Answer<TAnswer>>(answer(request));
        });
    }
}

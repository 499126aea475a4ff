using System.Collections.Concurrent;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Intake;
using FirstRing.Contracts.Scheduling;
using FirstRing.Intake;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Tests.Intake;

/// <summary>Intake on a fresh store, with a scheduling that knows one visit.</summary>
internal sealed class Desk : IAsyncDisposable
{
    readonly ServiceHost _host;

    Desk(TestStore store, ServiceHost host, Visit visit, Scopes scopes) => (Store, _host, Visit, Proxys) = (store, host, visit, scopes);

    /// <summary>What the visit's proxy may do.</summary>
    public Scopes Proxys { get; }

    public TestStore Store { get; }
    public Visit Visit { get; }
    public TenantId Tenant => Visit.Tenant;
    public IIntakeClient Intake => _host.Client<IIntakeClient>("intake");
    public string Patient => Visit.Participants[0].Id.ToString();

    public static async Task<Desk> Open(Dialect dialect)
    {
        var store = await TestStore.Open(dialect, new TestStoreOptions("intake", [typeof(IntakeModule)]));
        var (clinician, patient) = (new StaffId(NewId.Random()), new PatientId(NewId.Random()));
        var visit = new Visit(new VisitId(NewId.Random()), new TenantId(NewId.Random()), new CallId(NewId.Random()), clinician, patient, 0, 20, VisitState.Booked, null, null,
        [
            new Participant(new ParticipantId(NewId.Random()), VisitRole.Patient, null, patient),
            new Participant(new ParticipantId(NewId.Random()), VisitRole.Clinician, clinician, null),
            new Participant(new ParticipantId(NewId.Random()), VisitRole.Family, null, null),
            new Participant(new ParticipantId(NewId.Random()), VisitRole.Proxy, null, null, new ProxyId(NewId.Random())),
        ]);
        var scopes = new Scopes();
        var host = await ServiceHost.Start(store.Clock, new HostedModule("intake", new IntakeModule(), store), new HostedModule("scheduling", new OneVisit(visit)), new HostedModule("identity", scopes));
        return new Desk(store, host, visit, scopes);
    }

    public void ActAsPatient() => Acting.As(new Caller("web", Tenant.ToString(), Patient, "patient"));
    public void ActAsFamily() => Acting.As(new Caller("web", Tenant.ToString(), Visit.Participants[2].Id.ToString(), "family"));
    public void ActAsProxy() => Acting.As(new Caller("web", Tenant.ToString(), Visit.Participants[3].Id.ToString(), "proxy"));
    public void ActAsClinician() => Acting.As(new Caller("web", Tenant.ToString(), Visit.Clinician.ToString(), "clinician"));
    public void ActAsAnotherClinician() => Acting.As(new Caller("web", Tenant.ToString(), new StaffId(NewId.Random()).ToString(), "clinician"));
    public void ActAsAdmin() => Acting.As(new Caller("web", Tenant.ToString(), "stf_admin", "admin"));
    public void ActAsAnotherPatient() => Acting.As(new Caller("web", Tenant.ToString(), new ParticipantId(NewId.Random()).ToString(), "patient"));

    /// <summary>Someone with the patient's id in another clinic, whose id it answers.</summary>
    public TenantId ActAsStranger()
    {
        var tenant = new TenantId(NewId.Random());
        Acting.As(new Caller("web", tenant.ToString(), Patient, "patient"));
        return tenant;
    }

    /// <summary>The texts as whoever opens the link is shown them; whoever acted acts on.</summary>
    public async Task<IReadOnlyList<ConsentText>> Texts(string language = "en")
    {
        var acting = Acting.Now!;
        Acting.As(new Caller("web", Tenant.ToString(), Patient, Who.LinkHolder));
        try { return (await Intake.GetConsentTexts(new GetConsentTexts(Tenant, language), default)).Value!.Texts; }
        finally { Acting.As(acting); }
    }

    public Task<Answer<ConsentList>> Give(params IEnumerable<ConsentText> texts) =>
        Intake.GiveConsent(new GiveConsent(Tenant, Visit.Id, [.. texts.Select(text => text.Sha256)], Identified: true), default);

    public Task<Answer<ConsentText>> Publish(string body, ConsentPurpose purpose = ConsentPurpose.Telehealth, string language = "en") =>
        Intake.PublishConsentText(new PublishConsentText(Tenant, purpose, language, body), default);

    public async Task<IReadOnlyList<Consent>> Listed() => (await Intake.ListConsents(new ListConsents(Tenant, Visit.Id, null), default)).Value!.Consents;

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await Store.DisposeAsync();
    }

    /// <summary>Identity, as far as intake asks it.</summary>
    internal sealed class Scopes : IModule
    {
        public HashSet<ProxyScope> May { get; } = [];

        public void Register(ModuleContext context) { }
        public void MapDoor(IEndpointRouteBuilder routes) { }

        public void MapContract(ContractRoutes routes) => routes.Verb<CheckProxy, Answer<Done>>("check-proxy", Access.By("intake").For(Who.Proxy), (request, caller, _, _) =>
            Task.FromResult<Answer<Done>>(request.Participant?.ToString() == caller.Actor && May.Contains(request.Scope) ? Done.Yes : new Refusal("no-such-proxy", "No.", 404)));
    }

    sealed class OneVisit(Visit visit) : IModule
    {
        public void Register(ModuleContext context) { }

        public void MapContract(ContractRoutes routes)
        {
            routes.Verb<GetVisit, Answer<Visit>>("get-visit", Access.By("intake").For(Who.Clinic).ForOwn(Who.Patient, Who.Proxy), (request, _, _, _) =>
                Task.FromResult<Answer<Visit>>(request == new GetVisit(visit.Tenant, visit.Id) ? visit : new Refusal("no-such-visit", "There is no such visit.", 404)));
            routes.Verb<FindOwnPatients, Answer<OwnPatients>>("find-own-patients", Access.By("intake").ForOwn(Who.Clinic), (request, caller, _, _) =>
                Task.FromResult<Answer<OwnPatients>>(new OwnPatients([.. request.Patients.Where(patient => patient == visit.Patient && caller.Actor == visit.Clinician.ToString())])));
        }

        public void MapDoor(IEndpointRouteBuilder routes) { }
    }
}

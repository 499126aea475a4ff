using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Signaling;
using FirstRing.Messaging;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Passes;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Tests.Messaging;

/// <summary>Messaging on a fresh store, and people with passes at its public door.</summary>
internal sealed class Room(TestStore store, ServiceHost host, WaitingRoom door) : IAsyncDisposable
{
    public TestStore Store => store;
    public TenantId Tenant { get; } = new(NewId.Random());
    public VisitId Visit { get; } = new(NewId.Random());
    public CallId Call { get; } = new(NewId.Random());
    public ParticipantId Patient { get; } = new(NewId.Random());
    public ParticipantId Clinician { get; } = new(NewId.Random());

    public static async Task<Room> Open(Dialect dialect)
    {
        var store = await TestStore.Open(dialect, new TestStoreOptions("messaging", [typeof(MessagingModule)], ConsumersOf: _ => ["signaling"]));
        var door = new WaitingRoom();
        var room = new Room(store, await ServiceHost.Start(store.Clock, new HostedModule("messaging", new MessagingModule(), store), new HostedModule("signaling", door)), door);
        room.Admit(room.Patient);
        return room;
    }

    /// <summary>From now on signaling says that this participant was let in.</summary>
    public void Admit(ParticipantId who) => door.Inside.Add(who);

    /// <summary>From now on signaling does not answer.</summary>
    public void Lose() => door.Away = true;

    public LoginId Login { get; } = new(NewId.Random());

    public Task EndLogin(LoginId login) => host.Deliver("identity", "messaging", EventTypes.LoginEnded, Tenant.ToString(), new LoginEnded(login, 0));

    public string PatientPass => Pass(Patient, "patient");
    public string ClinicianPass => Pass(Clinician, "clinician");

    public string Pass(ParticipantId who, string role, VisitId? visit = null, bool identified = true, LoginId? login = null, string audience = "messaging") => host.Signer.Sign(
        new Pass(Tenant.ToString(), who.ToString(), role, login?.ToString() ?? Login.ToString(), new Dictionary<string, string>
        {
            ["visit"] = (visit ?? Visit).ToString(),
            ["call"] = Call.ToString(),
            ["identified"] = identified ? "true" : "false",
        }), TimeSpan.FromHours(1), [audience]);

    public Task<DoorAnswer> Post(string? pass, string text, Guid? id = null) => PostRaw(pass, JsonSerializer.Serialize(new { id = id ?? NewId.Random(), text }));
    public Task<DoorAnswer> PostRaw(string? pass, string json) => host.Send(HttpMethod.Post, "/messages", json, pass);

    /// <summary>What a participant reads: the texts, and whether there is more.</summary>
    public async Task<(List<string> Texts, List<string> Ids, bool More)> Read(string pass, string? after = null)
    {
        var answer = await ReadRaw(pass, after);
        Assert.Equal(200, answer.Status);
        using var page = JsonDocument.Parse(answer.Body);
        var messages = page.RootElement.GetProperty("messages").EnumerateArray().ToList();
        return ([.. messages.Select(message => message.GetProperty("text").GetString()!)], [.. messages.Select(message => message.GetProperty("id").GetString()!)],
            page.RootElement.GetProperty("more").GetBoolean());
    }

    public Task<DoorAnswer> ReadRaw(string? pass, string? after = null) => host.Send(HttpMethod.Get, after is null ? "/messages" : $"/messages?after={after}", null, pass);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await store.DisposeAsync();
    }
}

/// <summary>As much of signaling as messaging asks: who was let in.</summary>
internal sealed class WaitingRoom : IModule
{
    public HashSet<ParticipantId> Inside { get; } = [];
    public bool Away { get; set; }

    public void Register(ModuleContext context) { }
    public void MapDoor(IEndpointRouteBuilder routes) { }

    public void MapContract(ContractRoutes routes) => routes.Verb<GetAdmission, Answer<Admission>>("get-admission", Access.By("messaging").ForOwn(Who.Participants), (request, _, _, _) =>
        Task.FromResult<Answer<Admission>>(Away ? new Refusal("unavailable", "Away.", 503) : new Admission(Inside.Contains(request.Participant))));
}

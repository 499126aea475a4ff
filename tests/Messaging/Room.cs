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
using FirstRing.Platform.Uploads;
using FirstRing.Tests.Harness;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Tests.Messaging;

/// <summary>Messaging on a fresh store, and people with passes at its public door.</summary>
internal sealed class Room(TestStore store, ServiceHost host, WaitingRoom door) : IAsyncDisposable
{
    public TestStore Store => store;
    public TenantId Tenant { get; } = new(NewId.Random());
    public VisitId Visit { get; } = new(NewId.Random());
    public CallId Call { get; } = new(NewId.Random());
    public ParticipantId Patient { get; } = new(NewId.Random());
    public PatientId Person { get; } = new(NewId.Random());
    public ParticipantId Clinician { get; } = new(NewId.Random());

    /// <param name="dialect">Of its store.</param>
    /// <param name="scanner">The address of a scanner that every file waits for; null for none.</param>
    public static async Task<Room> Open(Dialect dialect, string? scanner = null)
    {
        var store = await TestStore.Open(dialect, new TestStoreOptions("messaging", [typeof(MessagingModule)], ConsumersOf: _ => ["signaling"]));
        var door = new WaitingRoom();
        var room = new Room(store, await ServiceHost.Start(store.Clock, new HostedModule("messaging", new MessagingModule(), store, new Dictionary<string, string?> { ["Scanner"] = scanner }), new HostedModule("signaling", door)), door);
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
            ["patient"] = Person.ToString(),
        }), TimeSpan.FromHours(1), [audience]);

    /// <summary>A pass of somebody who acts for the patient; <paramref name="scope"/> null: one that says nothing of it.</summary>
    public string PassOfProxy(ParticipantId place, ProxyId proxy, string? scope)
    {
        var claims = new Dictionary<string, string> { ["visit"] = Visit.ToString(), ["call"] = Call.ToString(), ["identified"] = "true", ["patient"] = Person.ToString(), ["proxy"] = proxy.ToString() };
        if (scope is not null) claims["scope"] = scope;
        return host.Signer.Sign(new Pass(Tenant.ToString(), place.ToString(), "proxy", Login.ToString(), claims), TimeSpan.FromHours(1), ["messaging"]);
    }

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

    /// <summary>Sends a file; the answer's body is JSON.</summary>
    public async Task<DoorAnswer> Attach(string? pass, byte[] file, string name = "mole.jpg", Guid? attempt = null)
    {
        using var answer = await Exchange(HttpMethod.Post, "/messages/files", pass, new ByteArrayContent(file), ("Idempotency-Key", (attempt ?? NewId.Random()).ToString()), (FileName.Header, Uri.EscapeDataString(name)));
        return new DoorAnswer((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a photo that must be taken. Returns its file's id.</summary>
    public async Task<string> Photo(string pass, string name = "mole.jpg", byte[]? file = null)
    {
        var answer = await Attach(pass, file ?? PlantedFiles.Photo(), name);
        Assert.True(answer.Status == 200, answer.Body);
        return JsonDocument.Parse(answer.Body).RootElement.GetProperty("file").GetProperty("id").GetString()!;
    }

    public Task<HttpResponseMessage> Fetch(string? pass, string file) => Exchange(HttpMethod.Get, $"/messages/files/{file}", pass);

    public async Task<int> Status(string? pass, string file)
    {
        using var answer = await Fetch(pass, file);
        return (int)answer.StatusCode;
    }

    public Task<HttpResponseMessage> Exchange(HttpMethod method, string path, string? pass, HttpContent? body = null, params (string Name, string Value)[] headers) => host.Exchange(method, path, pass, body, headers);

    /// <summary>The reader's own files that others do not see: their states.</summary>
    public async Task<List<string>> Unseen(string pass)
    {
        using var page = JsonDocument.Parse((await ReadRaw(pass)).Body);
        return page.RootElement.TryGetProperty("unseen", out var unseen) ? [.. unseen.EnumerateArray().Select(file => file.GetProperty("state").GetString()!)] : [];
    }

    /// <summary>The files of the thread's messages, as this reader is told of them.</summary>
    public async Task<List<string>> Files(string pass)
    {
        using var page = JsonDocument.Parse((await ReadRaw(pass)).Body);
        return [.. page.RootElement.GetProperty("messages").EnumerateArray().Where(message => message.TryGetProperty("file", out _)).Select(message => message.GetProperty("file").GetProperty("id").GetString()!)];
    }

    public Uploads Uploads => host.Services.UploadsOf("messaging");

    public FileChecks Checks => host.Services.GetRequiredKeyedService<FileChecks>("messaging");

    /// <summary>Everything that the service has put down beside its database.</summary>
    public List<string> Blobs => Directory.Exists(store.Folder.At("files")) ? [.. Directory.GetFiles(store.Folder.At("files"), "*", SearchOption.AllDirectories).Order()] : [];

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

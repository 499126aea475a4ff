using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FirstRing.Bench.Load;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>A patient and a clinician in a call, without a browser: signaling by long poll and sends, ICE, DTLS and SRTP by the load client.</summary>
internal sealed class LiveCall : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly LoadLoop _load = new(openEvery: 1);
    readonly List<LoadPeer> _peers = [];

    LiveCall(DemoVisit visit, string device, string login, Raw patient, Raw clinician) =>
        (Visit, Device, Login, Patient, Clinician) = (visit, device, login, patient, clinician);

    public DemoVisit Visit { get; }

    /// <summary>The cookie of the patient's device.</summary>
    public string Device { get; }

    /// <summary>The clinician's cookie.</summary>
    public string Login { get; }
    public Raw Patient { get; }
    public Raw Clinician { get; }

    /// <summary>Media packets that each of both has received so far.</summary>
    public IReadOnlyList<long> Received => [.. _peers.Select(peer => Volatile.Read(ref peer.Received))];

    public static async Task<LiveCall> Start(RunningPlatform platform)
    {
        var visit = await platform.DemoVisit();
        var (pass, device) = await Doors.Enter(platform.Door, visit.Patient.AbsolutePath, null);
        var login = await Doors.SignIn(platform.Door, visit.Clinician);
        var (clinicians, _) = await Doors.Enter(platform.Door, $"/clinic/visits/{visit.Visit}", login);
        var call = new LiveCall(visit, device, login, new Raw(platform.Door, pass), new Raw(platform.Door, clinicians));
        await call.Connect(call.Clinician, 0);
        await call.Connect(call.Patient, 1);
        Assert.Equal(200, (await call.Clinician.Send("join", new { })).Status);
        Assert.Equal(200, (await call.Patient.Send("join", new { })).Status);
        Assert.Equal(200, (await call.Clinician.Send("admit", new { participant = PassClaims.Read(pass).Sub })).Status);
        call._load.Speak(2);
        await call.Until("both receive media", () => call.Received.All(packets => packets > 50));
        return call;
    }

    async Task Connect(Raw who, int seat)
    {
        Assert.Equal(200, (await who.Ask(HttpMethod.Get, "/signal/poll")).Status); // who has never looked is not there
        Assert.Equal(200, (await who.Send("connect", new { })).Status);
        JsonElement offer = default;
        await Eventually.True("an offer", async () =>
        {
            var events = JsonDocument.Parse((await who.Ask(HttpMethod.Get, "/signal/poll")).Body).RootElement.GetProperty("events").EnumerateArray();
            return (offer = events.LastOrDefault(one => one.GetProperty("t").GetString() == "offer")).ValueKind == JsonValueKind.Object;
        });
        var body = offer.GetProperty("p");
        var peer = new LoadPeer(1 + seat, body.GetProperty("sdp").GetString()!, _load.DtlsOut);
        Assert.Equal(200, (await who.Send("answer", new { generation = body.GetProperty("generation").GetInt64(), sdp = peer.AnswerSdp })).Status);
        _peers.Add(peer);
        _load.Join(peer);
        await Until($"seat {seat} is connected", () => peer.Connected);
    }

    async Task Until(string what, Func<bool> holds)
    {
        for (var watch = Stopwatch.StartNew(); !holds(); await Task.Delay(20))
            Assert.True(watch.Elapsed < Patience, $"never: {what}; {_load.Fault}, {string.Join(", ", _peers.Select(peer => $"{peer.Failure} {peer.Received} {peer.Broken}"))}");
    }

    public void Dispose()
    {
        _load.Dispose();
        Patient.Dispose();
        Clinician.Dispose();
    }
}

/// <summary>Doors that a browser would go through.</summary>
internal static class Doors
{
    /// <summary>Enters by a link or, with the clinician's cookie, a workspace. The pass, and the cookies that were set.</summary>
    public static async Task<(string Pass, string Cookie)> Enter(Uri door, string path, string? cookie)
    {
        using var http = DoorTrust.Client(door);
        using var request = new HttpRequestMessage(HttpMethod.Post, path + "/enter") { Version = new Version(2, 0), Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return (JsonDocument.Parse(text).RootElement.GetProperty("pass").GetString()!, CookiesOf(answer));
    }

    /// <summary>Follows a demo's sign-in link; the cookie.</summary>
    public static async Task<string> SignIn(Uri door, Uri link)
    {
        using var http = DoorTrust.Client(door);
        using var answer = await http.GetAsync(link.PathAndQuery);
        return CookiesOf(answer);
    }

    static string CookiesOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? string.Join("; ", cookies.Select(one => one.Split(';')[0])) : "";
}

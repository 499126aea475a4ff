using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>People who write, read, join, open links and book while a call goes on; what they were told, how long it took, and what was acknowledged.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    // A refusal comes at once, a contract call is given up after five seconds, a request at the gateway after twelve; the rest is for the machine, which has
    // two cores and everything else to do.
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(16), Recovery = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromMilliseconds(250);

    // For how long the machine itself may hold up a packet of a call.
    static readonly TimeSpan MostSilence = TimeSpan.FromSeconds(2);

    static readonly string[] Codes = ["unavailable", "busy", "audit-behind", "keys-unavailable"];

    readonly RunningPlatform _platform;
    readonly LiveCall _call;
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentQueue<string> _written = [], _booked = [], _wrong = [];
    readonly ConcurrentDictionary<string, (int Served, int Told)> _seen = [];
    readonly ConcurrentQueue<TimeSpan> _told = [];
    readonly List<Task> _running = [];
    TimeSpan _silence, _recovery;
    long _packets;
    int _cases;
    volatile bool _mayTellSignaling;

    Traffic(RunningPlatform platform, LiveCall call) => (_platform, _call) = (platform, call);

    public static async Task<Traffic> Begin(RunningPlatform platform)
    {
        var traffic = new Traffic(platform, await LiveCall.Start(platform));
        var secret = await File.ReadAllTextAsync(Path.Combine(platform.Data, "demo.secret"));
        var visit = traffic._call.Visit;
        var anonymous = new Raw(platform.Door);
        var (id, number) = (Guid.NewGuid(), 0);
        traffic.Ask("write", async () =>
        {
            // Said again under the same id until it is acknowledged, as a page does.
            var text = string.Create(CultureInfo.InvariantCulture, $"line {number:D5}");
            var said = await traffic._call.Clinician.Ask(HttpMethod.Post, "/messages", JsonSerializer.Serialize(new { id, text }, JsonSerializerOptions.Web));
            if (said.Status is < 200 or >= 300) return said;
            traffic._written.Enqueue(text);
            (id, number) = (Guid.NewGuid(), number + 1);
            return said;
        }, TimeSpan.FromMilliseconds(700)); // twenty in ten seconds are allowed
        traffic.Ask("thread", () => traffic._call.Clinician.Ask(HttpMethod.Get, "/messages"));
        traffic.Ask("media", () => traffic._call.Clinician.Send("media", new { audio = true, video = true, screen = false }));
        traffic.Ask("workspace", () => anonymous.Ask(HttpMethod.Get, $"/clinic/visits/{visit.Visit}", headers: [("Cookie", traffic._call.Login), ("Accept", "text/html")]));
        traffic.Ask("link", () => anonymous.Ask(HttpMethod.Get, visit.Patient.AbsolutePath, headers: ("Accept", "text/html")));
        traffic.Ask("enter", () => anonymous.Ask(HttpMethod.Post, $"{visit.Patient.AbsolutePath}/enter", "{}", headers: ("Cookie", traffic._call.Device)), TimeSpan.FromSeconds(1));
        traffic.Ask("book", async () =>
        {
            var said = await anonymous.Ask(HttpMethod.Post, "/demo/visits", "{}", headers: ("FirstRing-Demo", secret));
            if (said.Status == 200) traffic._booked.Enqueue(new Uri(JsonDocument.Parse(said.Body).RootElement.GetProperty("patient").GetString()!).AbsolutePath);
            return said;
        }, TimeSpan.FromSeconds(1));
        traffic._running.Add(Task.Run(traffic.Listen));
        await traffic.AllServed();
        return traffic;
    }

    /// <summary>Takes something away until everyone of <paramref name="told"/> was told, gives it back, and waits until everyone is served again.</summary>
    public async Task Case(string name, string[] told, Func<Task> take, Func<Task> give, bool mayTellSignaling = false)
    {
        var from = Stopwatch.GetTimestamp();
        _seen.Clear();
        _told.Clear();
        _mayTellSignaling = mayTellSignaling;
        await take();
        if (told.Length == 0) await Task.Delay(TimeSpan.FromSeconds(1.5)); // nobody is to notice: that takes a while to see
        try { await Eventually.True($"{string.Join(", ", told)} told that {name}", () => Task.FromResult(told.All(who => _seen.GetValueOrDefault(who).Told > 0)), Describe); }
        finally { await give(); }
        var given = Stopwatch.GetTimestamp();
        await AllServed();
        var recovery = Stopwatch.GetElapsedTime(given);
        if (recovery > _recovery) _recovery = recovery;
        _mayTellSignaling = false;
        _cases++;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {Stopwatch.GetElapsedTime(from, given).TotalSeconds:F1} s away, told within {(_told.IsEmpty ? 0 : _told.Max().TotalSeconds):F1} s, everyone served {recovery.TotalSeconds:F1} s after"));
        Assert.True(_wrong.IsEmpty, $"{name}: {string.Join("; ", _wrong)}\n{_platform.Log}");
        Assert.True(recovery < Recovery, $"{name}: everyone was served only after {recovery}");
    }

    /// <summary>Everything that was ever acknowledged is there, once.</summary>
    public async Task End()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        Assert.True(_wrong.IsEmpty, string.Join("; ", _wrong));
        var thread = new List<string>();
        for (string? after = null; ;)
        {
            var page = JsonDocument.Parse((await _call.Clinician.Ask(HttpMethod.Get, after is null ? "/messages" : $"/messages?after={after}")).Body).RootElement;
            var messages = page.GetProperty("messages").EnumerateArray().ToList();
            thread.AddRange(messages.Select(message => message.GetProperty("text").GetString()!));
            if (!page.GetProperty("more").GetBoolean()) break;
            after = messages[^1].GetProperty("id").GetString();
        }
        var lost = _written.Where(text => thread.Count(line => line == text) != 1).ToList();
        lost.AddRange(thread.GroupBy(line => line).Where(lines => lines.Count() > 1).Select(lines => $"{lines.Key} twice"));
        using var anonymous = new Raw(_platform.Door);
        foreach (var link in _booked)
            if ((await anonymous.Ask(HttpMethod.Get, link, headers: ("Accept", "text/html"))).Status != 200) lost.Add(link[..6]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"figure: outages on {(_platform.Postgres is null ? "SQLite" : "PostgreSQL")}: {_cases} cases, {lost.Count} of {_written.Count + _booked.Count} acknowledged lost or doubled, slowest answer {_slowest.TotalSeconds:F1} s, slowest recovery {_recovery.TotalSeconds:F1} s, longest silence in the call {_silence.TotalSeconds:F1} s in {_packets} packets"));
        Assert.Empty(lost);
        Assert.True(_booked.Count > 5 && _written.Count > 2, $"{_booked.Count} booked, {_written.Count} written");
    }

    TimeSpan _slowest;

    void Ask(string who, Func<Task<Said>> ask, TimeSpan? pause = null) => _running.Add(Task.Run(async () =>
    {
        while (!_stop.IsCancellationRequested)
        {
            var from = Stopwatch.GetTimestamp();
            try
            {
                var said = await ask();
                var served = said.Status is >= 200 and < 300;
                var told = said.Status == 503 && (Codes.Contains(said.Code) || said.Type == "text/html" && Codes.Any(code => said.Body.Contains(code, StringComparison.Ordinal)));
                if (told) _told.Enqueue(Stopwatch.GetElapsedTime(from));
                if (who == "media" && told && !_mayTellSignaling) _wrong.Enqueue("signaling refused, though nothing of its own was away");
                if (!served && !told && said.Status != 429) _wrong.Enqueue($"{who} was told {said.Status} {said.Code} {said.Body[..Math.Min(200, said.Body.Length)]}");
                _seen.AddOrUpdate(who, _ => (served ? 1 : 0, told ? 1 : 0), (_, was) => (was.Served + (served ? 1 : 0), was.Told + (told ? 1 : 0)));
            }
            catch (Exception failure) { _wrong.Enqueue($"{who} was told nothing: {failure.GetType().Name} {failure.Message}"); }
            var took = Stopwatch.GetElapsedTime(from);
            if (took > _slowest) _slowest = took;
            if (took > Longest) _wrong.Enqueue($"{who} waited {took.TotalSeconds:F1} s");
            await Task.Delay(pause ?? Pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }));

    // Both ends hear the other all the time.
    async Task Listen()
    {
        var (last, at) = (_call.Received, Stopwatch.GetTimestamp());
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(50, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var now = _call.Received;
            _packets = now.Sum();
            if (now.Zip(last).All(pair => pair.First > pair.Second)) (last, at) = (now, Stopwatch.GetTimestamp());
            var silence = Stopwatch.GetElapsedTime(at);
            if (silence > _silence) _silence = silence;
            if (silence <= MostSilence) continue;
            _wrong.Enqueue($"no media for {silence.TotalSeconds:F1} s");
            at = Stopwatch.GetTimestamp();
        }
    }

    async Task AllServed()
    {
        _seen.Clear();
        await Eventually.True("everyone is served", () => Task.FromResult(_seen.Count == _running.Count - 1 && _seen.Values.All(seen => seen.Served > 0)), Describe);
    }

    Task<string> Describe() => Task.FromResult($"{string.Join(", ", _seen.Select(seen => $"{seen.Key} served {seen.Value.Served} told {seen.Value.Told}"))}; wrong: {string.Join("; ", _wrong)}\n{_platform.Log}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _call.Dispose();
        _stop.Dispose();
    }
}

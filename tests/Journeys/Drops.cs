using System.Globalization;
using System.Text.Json;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;
using Microsoft.Playwright;

namespace FirstRing.Tests.Journeys;

/// <summary>The line drops, again and again, under the shipped client: nothing is lost and nothing comes twice.</summary>
public sealed class Drops(Platforms platforms)
{
    static readonly int CutsPerTransport = Slow.All ? 334 : 34;

    [Theory]
    [InlineData(Shape.OneProcess)]
    [InlineData(Shape.SplitPostgres)]
    public async Task Random_disconnects_over_three_transports_lose_nothing_and_show_nothing_twice(Shape shape)
    {
        var platform = await platforms.Of(shape);
        var (patient, clinician) = await TwoAdmitted(platform);
        await using var relay = new TcpRelay(platform.Door);
        using var speaker = new Raw(platform.Door, clinician);
        using var stop = new CancellationTokenSource();
        var speaking = Speak(speaker, stop.Token);
        var seed = new Random(20261124);
        var gaps = new List<double>[3];

        await using var listener = await Party.Arrive("listener", 2);
        var page = listener.Page;
        // A page of the door itself, for Chromium lets no other reach a loopback address by WebSocket; its policy admits no script of ours, so it is set aside here.
        var developer = await listener.Context.NewCDPSessionAsync(page);
        await developer.SendAsync("Page.setBypassCSP", new Dictionary<string, object> { ["enabled"] = true });
        await page.RouteAsync("**/journey/signal.js", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "text/javascript",
            Path = Path.Combine(Repository.Root, "src", "Web", "obj", "live", "Release", "modules", "signal.js"),
        }));
        await page.GotoAsync(relay.Door.ToString());
        await page.AddScriptTagAsync(new PageAddScriptTagOptions { Type = "module", Content = Disconnects() });
        await page.WaitForFunctionAsync("() => window.start");
        await page.EvaluateAsync("pass => start(pass)", patient);
        for (var step = 0; step < 3; step++)
        {
            if (step == 1) await page.EvaluateAsync("barSockets()");
            if (step == 2) await page.RouteAsync("**/signal/events", route => route.AbortAsync());
            if (step > 0) relay.Cut();
            await Eventually.True($"live at step {step}", async () => await page.EvaluateAsync<bool>($"lives.at(-1).status === 'live' && lives.at(-1).step === {step}"),
                async () => await page.EvaluateAsync<string>("JSON.stringify(lives.slice(-12))"));
            gaps[step] = await CutAtRandom(relay, page, seed);
        }

        await page.EvaluateAsync("clearInterval(speaking)");
        await Eventually.True("every send is answered", async () => await page.EvaluateAsync<bool>("sent.done + sent.refused.length === sent.asked"),
            async () => await page.EvaluateAsync<string>("JSON.stringify(sent)"));
        await stop.CancelAsync();
        var said = await speaking;
        using var whole = new Raw(platform.Door, patient);
        var log = (await whole.WholeLog()).Where(@event => @event.TryGetProperty("c", out _)).Select(@event => @event.GetProperty("c").GetString()!).ToList();
        await Eventually.True("the last event arrives", async () => await page.EvaluateAsync<string>("seen.at(-1)?.c ?? ''") == log[^1]);

        var seen = JsonSerializer.Deserialize<string[]>(await page.EvaluateAsync<string>("JSON.stringify(seen.map(one => one.c))"))!;
        Assert.Equal("[]", await page.EvaluateAsync<string>("JSON.stringify(sent.refused)"));
        Assert.Equal(0, await page.EvaluateAsync<int>("resets"));
        Assert.Equal(seen.Length, seen.Distinct().Count());
        Assert.Empty(log.Except(seen)); // lost
        Assert.Equal(seen.OrderBy(c => long.Parse(c.Split(':')[1], CultureInfo.InvariantCulture)), seen);
        // An offer that a newer one has replaced is not told again.
        var gone = JsonSerializer.Deserialize<Dictionary<string, string>>(await page.EvaluateAsync<string>("JSON.stringify(Object.fromEntries(seen.map(one => [one.c, one.t])))"))!;
        Assert.All(seen.Except(log), cursor => Assert.Equal("offer", gone[cursor]));
        Assert.True(log.Count >= said, $"{said} sends were acknowledged, the log has {log.Count} events.");
        Print(shape, gaps, log.Count);
    }

    static void Print(Shape shape, List<double>[] gaps, int events)
    {
        string[] names = ["websocket", "server-events", "long-poll"];
        for (var step = 0; step < 3; step++)
        {
            var sorted = gaps[step].Order().ToList();
            Figure.Print($"reconnect to live, {shape}, {names[step]}: p50 {sorted[sorted.Count / 2]:F0} ms, p95 {sorted[sorted.Count * 95 / 100]:F0} ms, max {sorted[^1]:F0} ms of {sorted.Count} cuts");
        }
        var all = gaps.SelectMany(one => one).Order().ToList();
        Figure.Print($"{all.Count} disconnects under the shipped client, {shape}: {events} events, 0 lost, 0 twice, reconnect p95 {all[all.Count * 95 / 100]:F0} ms (bar 500)");
    }

    // The first event on a new connection; a poll that the cut fell beside has none to make anew.
    const string Back = """
        at => {
          const noticed = lives.some(one => one.at > at);
          if (!noticed && performance.timeOrigin + performance.now() < at + 300) return 0;
          const live = noticed ? lives.find(one => one.status === 'live' && one.at > at)?.at : at;
          return live ? seen.find(one => one.at >= live)?.at ?? 0 : 0;
        }
        """;

    // How long from each cut to the next event that arrives on a new connection.
    static async Task<List<double>> CutAtRandom(TcpRelay relay, IPage page, Random seed)
    {
        var gaps = new List<double>();
        while (gaps.Count < CutsPerTransport)
        {
            await Task.Delay(seed.Next(50, 400));
            var at = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalMilliseconds;
            if (relay.Cut() == 0) continue;
            var back = 0.0;
            await Eventually.True("back after a cut", async () => (back = await page.EvaluateAsync<double>(
                Back, at)) > 0,
                async () => await page.EvaluateAsync<string>("JSON.stringify([lives.slice(-12), seen.slice(-3)])"));
            gaps.Add(back - at);
        }
        return gaps;
    }

    // The other side never stops saying something new: about 25 events a second.
    static async Task<int> Speak(Raw speaker, CancellationToken stop)
    {
        var acknowledged = 0;
        for (var on = false; !stop.IsCancellationRequested; on = !on)
        {
            var said = await speaker.Send("media", new { audio = on, video = true, screen = false });
            if (said.Status == 200) acknowledged++;
            await Task.Delay(40, CancellationToken.None);
        }
        return acknowledged;
    }

    static string Disconnects()
    {
        using var reader = new StreamReader(typeof(Drops).Assembly.GetManifestResourceStream("disconnects.js")!);
        return reader.ReadToEnd();
    }

    /// <summary>The passes of a patient and a clinician who are in a call, without their pages.</summary>
    internal static async Task<(string Patient, string Clinician)> TwoAdmitted(RunningPlatform platform)
    {
        await using var visit = await Visiting.Open(platform);
        await visit.Join(visit.Patient);
        await visit.Patient.Reaches("admitted", "in-call");
        return (await visit.Patient.Pass(), await visit.Clinician.Pass());
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FirstRing.Bench.Load;
using FirstRing.Bench.Machine;
using FirstRing.Bench.Networks;
using FirstRing.Bench.Sfu;
using Microsoft.Playwright;

namespace FirstRing.Bench.Nodes;

/// <summary>
/// Two media nodes under visits of two: some in real Chromium, the others played by the load client, all with sound. (1) The node that has some of the calls is
/// told to stop. (2) The one that has all of them then is killed. (3) The one that has them after that is stopped for four seconds and goes on.
/// </summary>
internal sealed class NodesBench(StartedPlatform platform, IReadOnlyList<IRoom> rooms, TimeProvider clock) : IDisposable
{
    private const string First = "media", Second = "media-2";
    private const double BackBar = 5, GapBar = 1;
    private readonly CancellationTokenSource over = new();

    public static async Task<int> Run(int rooms, int pages, TimeProvider clock, CancellationToken stop)
    {
        var quiet = await QuietMachine.Wait(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30), clock);
        var load = QuietMachine.Load1();
        Console.WriteLine($"{(quiet ? "a quiet machine" : "the machine has other work: the figures are upper bounds")}, load {load}, {rooms} rooms, {pages} of them in pages");
        var data = Directory.CreateTempSubdirectory("firstring-nodes-").FullName;
        try
        {
            using var platform = await StartedPlatform.Start(Path.Combine(data, "data"), stop, "--split", "--media-nodes", "2");
            await using var browsers = await TwoBrowsers.Start("ear.js");
            using var driver = await Playwright.CreateAsync();
            using var loop = new LoadLoop(openEvery: 50);
            loop.Speak(int.MaxValue);
            var login = await PageRoom.SignIn(browsers, await platform.Visit(stop));
            var open = new List<IRoom>();
            for (var room = 0; room < rooms; room++)
                open.Add(room < pages ? await PageRoom.Open(browsers, login, await platform.Visit(stop)) : await LoadRoom.Open(driver.APIRequest, login.APIRequest, await platform.Visit(stop), loop, clock, stop));
            using var bench = new NodesBench(platform, open, clock);
            var line = await bench.Measure(load, !quiet, stop);
            Console.WriteLine(JsonSerializer.Serialize(line, NodesOutJson.Default.NodesLine));
            return 0;
        }
        finally { Directory.Delete(data, recursive: true); }
    }

    public void Dispose()
    {
        over.Cancel();
        over.Dispose();
    }

    private async Task<NodesLine> Measure(double load, bool isVoid, CancellationToken stop)
    {
        _ = Task.Run(LookOn, stop);
        var before = Now();
        await AllHear(before, "at first", TimeSpan.FromSeconds(30), stop);
        await Task.Delay(TimeSpan.FromSeconds(3), clock, stop);

        Console.WriteLine("a node is told to stop");
        var (pids, at) = (await platform.Processes(stop), Now());
        await StartedPlatform.Signal("TERM", pids[Second], stop);
        var went = await Gone(pids[Second], stop);
        await Task.Delay(TimeSpan.FromSeconds(3), clock, stop);
        var moved = rooms.OfType<LoadRoom>().Count(room => room.Members[0].Epochs[^1] > 1);
        var drain = await AllHear(at, "after the drain", TimeSpan.FromSeconds(30), stop);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  it was gone after {went:F1} s; {moved} of the load client's rooms moved; longest silences {Text(drain.Select(one => one.GapMs / 1000))}"));

        await Restarted(Second, pids, stop);
        Console.WriteLine("the node that has all of them is killed");
        (pids, at) = (await platform.Processes(stop), Now());
        await StartedPlatform.Signal("KILL", pids[First], stop);
        var kill = await AllHear(at, "after the kill", TimeSpan.FromSeconds(40), stop);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  back: {kill.Count(one => one.IsBack)} of {rooms.Count}, after {Text(kill.Select(one => one.BackMs / 1000))}"));

        await Restarted(First, pids, stop);
        Console.WriteLine("the node that has them then is stopped for four seconds");
        (pids, at) = (await platform.Processes(stop), Now());
        var epochs = Epochs();
        await StartedPlatform.Signal("STOP", pids[Second], stop);
        await Task.Delay(TimeSpan.FromSeconds(4), clock, stop);
        await StartedPlatform.Signal("CONT", pids[Second], stop);
        var paused = await AllHear(at, "after the stop", TimeSpan.FromSeconds(40), stop);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  back: {paused.Count(one => one.IsBack)} of {rooms.Count}, after {Text(paused.Select(one => one.BackMs / 1000))}"));
        var after = Epochs();
        var goingOn = Now();
        await Task.Delay(TimeSpan.FromSeconds(6), clock, stop);
        var stale = await AllHear(goingOn, "with the stale node going on", TimeSpan.FromSeconds(10), stop);
        var stayed = after.SequenceEqual(Epochs()) && after.Zip(epochs).All(pair => pair.First > pair.Second);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  the stale node went on: its calls {(stayed ? "stayed where they were moved to" : "MOVED AGAIN")}; longest silences {Text(stale.Select(one => one.GapMs / 1000))}"));

        var figures = new NodesFigures(rooms.Count, kill.Count(one => one.IsBack), Quantile(kill, one => one.BackMs, 0.5), Quantile(kill, one => one.BackMs, 0.95), Quantile(kill, one => one.BackMs, 1),
            Quantile(drain, one => one.GapMs, 0.5), Quantile(drain, one => one.GapMs, 0.95), Quantile(drain, one => one.GapMs, 1), Math.Round(went, 1),
            paused.Count(one => one.IsBack), Quantile(paused, one => one.BackMs, 0.95), stayed, Quantile(stale, one => one.GapMs, 1));
        List<string> missing =
        [
            .. figures.KillRoomsBack < figures.Rooms ? ["rooms lost by the kill"] : Array.Empty<string>(), .. figures.KillBackP95S > BackBar ? ["kill_back_p95_s"] : Array.Empty<string>(),
            .. figures.DrainGapMaxS > GapBar ? ["drain_gap_max_s"] : Array.Empty<string>(), .. figures.StoppedRoomsBack < figures.Rooms || !stayed ? ["the stale node"] : Array.Empty<string>(),
        ];
        Console.WriteLine(missing.Count == 0 ? "holds" : $"MISSES {string.Join(", ", missing)}");
        return new NodesLine("nodes", figures, null, load, SfuBench.Commit(), isVoid);
    }

    private async Task LookOn()
    {
        while (!over.IsCancellationRequested)
        {
            var now = Now();
            foreach (var room in rooms.OfType<LoadRoom>()) room.Look(now);
            await Task.Delay(TimeSpan.FromMilliseconds(10), clock);
        }
    }

    // What each room heard from a moment on, once all hear again and have for a second, or the patience is over.
    private async Task<List<Heard>> AllHear(double at, string when, TimeSpan patience, CancellationToken stop)
    {
        var from = clock.GetTimestamp();
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), clock, stop);
            var heard = new List<Heard>();
            foreach (var room in rooms) heard.Add(await room.Since(at, Now()));
            if (clock.GetElapsedTime(from) > TimeSpan.FromSeconds(6) && heard.All(one => one.IsBack)) return heard;
            if (clock.GetElapsedTime(from) < patience) continue;
            foreach (var (room, one) in rooms.Zip(heard))
                if (!one.IsBack) Console.WriteLine($"  NOT BACK {when}: {(room is LoadRoom load ? string.Join(" | ", load.Members.Select(member => member.Describe())) : "a page")}");
            return heard;
        }
    }

    private List<long> Epochs() => [.. rooms.OfType<LoadRoom>().SelectMany(room => room.Members).Select(member => member.Epochs[^1])];

    private async Task<double> Gone(int pid, CancellationToken stop)
    {
        var from = clock.GetTimestamp();
        while (Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}")) && clock.GetElapsedTime(from) < TimeSpan.FromSeconds(60)) await Task.Delay(TimeSpan.FromMilliseconds(50), clock, stop);
        return clock.GetElapsedTime(from).TotalSeconds;
    }

    // The supervisor starts it again; it beats once it is ready.
    private async Task Restarted(string node, Dictionary<string, int> before, CancellationToken stop)
    {
        while (!(await platform.Processes(stop)).TryGetValue(node, out var now) || now == before[node]) await Task.Delay(TimeSpan.FromMilliseconds(250), clock, stop);
        await Task.Delay(TimeSpan.FromSeconds(8), clock, stop);
    }

    private double Now() => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;

    private static double Quantile(IEnumerable<Heard> heard, Func<Heard, double> figure, double quantile) => Math.Round(Direction.Quantile([.. heard.Select(figure).Order()], quantile) / 1000, 2);

    private static string Text(IEnumerable<double> seconds) => string.Join(" ", seconds.Order().Select(one => one.ToString("F2", CultureInfo.InvariantCulture)));
}

/// <summary>Seconds. Back: from the signal until both of a room hear again; of the rooms, a quantile. Gap: the longest silence of the worse off.</summary>
internal sealed record NodesFigures(int Rooms, int KillRoomsBack, double KillBackP50S, double KillBackP95S, double KillBackMaxS, double DrainGapP50S, double DrainGapP95S, double DrainGapMaxS,
    double DrainStoppedS, int StoppedRoomsBack, double StoppedBackP95S, bool StaleStayedOut, double StaleGapMaxS);

internal sealed record NodesLine(string Bench, NodesFigures Ours, NodesFigures? Rival, double Load1, string Commit, bool Void);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(NodesLine))]
internal sealed partial class NodesOutJson : JsonSerializerContext;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AnswerBody))]
internal sealed partial class NodesJson : JsonSerializerContext;

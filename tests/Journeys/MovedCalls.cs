using System.Diagnostics;
using System.Globalization;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;
using Refit;

namespace FirstRing.Tests.Journeys;

/// <summary>Two media nodes: a call leaves the one that is told to stop without being silent, and comes back by itself from the one that is killed.</summary>
public sealed class MovedCalls
{
    // What is promised is a second, and five; a machine that runs all the suites has other work too.
    const double LongestSilence = 3, LongestAbsence = 20;

    [Fact]
    public async Task A_call_leaves_a_node_that_stops_and_comes_back_from_one_that_is_killed()
    {
        await using var platform = await RunningPlatform.Start(split: true, more: ["--media-nodes", "2"]);
        await using var visit = await Visiting.InCall(platform);
        Party[] both = [visit.Patient, visit.Clinician];
        foreach (var party in both) await party.Hears(party == visit.Patient ? visit.Clinician : visit.Patient);
        var call = (await visit.Patient.Claims()).Call;
        var first = await NodeOf(platform, call);
        var second = first == "media" ? "media-2" : "media";
        foreach (var party in both) await Listen(party);

        var before = await platform.Ps();
        await RunningPlatform.Signal("TERM", before[first]);
        await Eventually.True($"{first} has stopped and is started again", async () => (await platform.Ps()).TryGetValue(first, out var now) && now != before[first]);
        Assert.Equal(second, await NodeOf(platform, call));
        foreach (var party in both)
        {
            var gap = await Gap(party);
            Figure.Print($"media node drained: {party.Name} heard nothing for {gap:F2} s at most");
            Assert.True(gap < LongestSilence, $"{party.Name} heard nothing for {gap} s");
            Assert.Equal("in-call", await party.State());
        }
        // In every run RecordedVisits kills a node under a call.
        if (!Slow.All)
        {
            visit.NothingWentWrong();
            return;
        }
        await Eventually.True($"{first} is ready again", () => IsReady(platform, first), limit: TimeSpan.FromMinutes(3)); // it may take half a minute to leave, and a start

        var at = Stopwatch.GetTimestamp();
        await platform.Kill(second);
        await Eventually.True("the call is on the other node", async () => await NodeOf(platform, call) == first);
        foreach (var party in both) await Eventually.True($"{party.Name} hears again", async () => await party.Page.EvaluateAsync<bool>("window.__heard.open.at(-1) > 10"), party.Describe);
        var back = Stopwatch.GetElapsedTime(at).TotalSeconds;
        Figure.Print($"media node killed: both hear again after {back:F1} s");
        Assert.True(back < LongestAbsence, $"heard again after {back} s only");
        foreach (var party in both) await party.Hears(party == visit.Patient ? visit.Clinician : visit.Patient);
        await visit.Patient.Reaches("in-call");
        visit.NothingWentWrong();
    }

    static async Task<string> NodeOf(RunningPlatform platform, string call)
    {
        string? found = null;
        await Eventually.True("one node has the call to itself", async () =>
        {
            var having = new List<string>();
            foreach (var node in (string[])["media", "media-2"])
                if (await Counters(platform, node, call) is { Peers.Count: > 0 }) having.Add(node);
            return (found = having.Count == 1 ? having[0] : null) is not null;
        });
        return found!;
    }

    static async Task<CallStatistics?> Counters(RunningPlatform platform, string node, string call)
    {
        try { return (await Inside.Client<IMediaClient>(platform, node, "signaling").CallStatistics(new GetCallStatistics(CallId.Parse(call, CultureInfo.InvariantCulture)), CancellationToken.None)).Value; }
        catch (ApiRequestException) { return null; }
    }

    static async Task<bool> IsReady(RunningPlatform platform, string node)
    {
        using var http = Inside.Http(platform.Data, node, "signaling");
        try { return (await http.GetAsync("/readyz")).IsSuccessStatusCode; }
        catch (HttpRequestException) { return false; }
    }

    // Packets of sound that arrive on any connection; `open` has those of each connection since it was made.
    static Task Listen(Party party) => party.Page.EvaluateAsync(
        """
        () => {
          const heard = (window.__heard = { last: performance.now(), gap: 0, open: [] });
          const counts = new Map();
          const look = async () => {
            for (const connection of window.__probe.connections) {
              if (connection.connectionState === "closed") continue;
              let packets = 0;
              for (const one of (await connection.getStats()).values()) if (one.type === "inbound-rtp" && one.kind === "audio") packets += one.packetsReceived;
              if (packets > (counts.get(connection) ?? 0)) {
                heard.gap = Math.max(heard.gap, performance.now() - heard.last);
                heard.last = performance.now();
              }
              counts.set(connection, packets);
            }
            heard.open = window.__probe.connections.map((connection) => counts.get(connection) ?? 0);
            setTimeout(look, 50);
          };
          look();
        }
        """);

    static Task<double> Gap(Party party) => party.Page.EvaluateAsync<double>("Math.max(window.__heard.gap, performance.now() - window.__heard.last) / 1000");
}

using System.Net.WebSockets;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Signaling.Doors;

public sealed class Disconnects
{
    const int Pages = 8, Altogether = 1000;
    static readonly string[] Transports = ["ws", "sse", "poll"];

    [Theory, BothDialects]
    public async Task A_thousand_drops_over_three_transports_lose_nothing_and_repeat_nothing(Dialect dialect)
    {
        await using var street = await Street.Open(dialect);
        var nodes = new List<SignalingNode> { street.Node };
        if (dialect == Dialect.Postgres) nodes.Add(await street.AnotherNode()); // no client sticks to a node
        var pages = Enumerable.Range(0, Pages).Select(_ => new Page(street.Someone("guest"))).ToList();
        foreach (var page in pages) Assert.Null(await Enter(page, street.Node));
        using var done = new CancellationTokenSource();
        var live = new List<double>();
        var (drops, sent) = (0, 0);
        var writing = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await nodes[sent % nodes.Count].Append(street.Call, Audience.Everyone, "chat", $"{sent}");
                sent++;
                await Task.Delay(15);
            }
        });
        await Task.WhenAll(pages.Select((page, seed) => Task.Run(async () =>
        {
            var chance = new Random(seed);
            while (Interlocked.Increment(ref drops) <= Altogether)
            {
                // Live: the page has something that was there for it, measured from when it could have had it.
                var (from, first) = (TimeProvider.System.Microseconds(), -1d);
                page.Heard = heard => first = first < 0 ? (TimeProvider.System.Microseconds() - Math.Max(from, heard.GetProperty("at").GetInt64())) / 1000d : first;
                using var cut = new CancellationTokenSource();
                var listening = page.Listen(Transports[chance.Next(3)], nodes[chance.Next(nodes.Count)], cut.Token);
                // Some drops come at once, in the midst of the opening; most a while after the page is live again.
                if (chance.Next(5) > 0) await WaitFor(() => first >= 0 || listening.IsCompleted);
                await Task.Delay(chance.Next(60));
                await cut.CancelAsync();
                await Ended(listening);
                lock (live)
                    if (first >= 0) live.Add(first);
            }
        })));
        await done.CancelAsync();
        await writing;

        foreach (var page in pages)
        {
            using var cut = new CancellationTokenSource();
            var listening = page.Listen("ws", street.Node, cut.Token);
            await page.Until(one => one.Types.Count(type => type == "chat") >= sent);
            await cut.CancelAsync();
            await Ended(listening);
            var expected = (await street.Node.Log(street.Call)).Where(row => row.Type == "chat" || row.Body.Contains(page.Guest.Participant)).Select(row => row.Sequence);
            Assert.Equal(expected, page.Sequences);
            page.Dispose();
        }
        live.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{dialect}: {Altogether} drops, {sent} events × {Pages} pages, reconnect to live p50 {live[live.Count / 2]:F0} ms, p95 {live[live.Count * 95 / 100]:F0} ms (bar 500 ms)");
        Assert.InRange(live.Count, Altogether / 2, Altogether);
    }

    static async Task<string?> Enter(Page page, SignalingNode node)
    {
        using var response = await page.Get(node, "/signal/poll");
        return response.IsSuccessStatusCode ? null : response.StatusCode.ToString();
    }

    static async Task WaitFor(Func<bool> condition)
    {
        for (var wait = 0; wait < 10_000 && !condition(); wait++) await Task.Delay(2);
    }

    static async Task Ended(Task listening)
    {
        try
        {
            await listening;
        }
        catch (Exception cut) when (cut is OperationCanceledException or WebSocketException or HttpRequestException or IOException)
        {
            // as a network that goes
        }
    }
}

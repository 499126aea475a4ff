using System.Diagnostics;
using System.Net.Sockets;
using FirstRing.Contracts.Media;
using FirstRing.Media.Router;
using FirstRing.Media.Router.Control;

namespace FirstRing.Tests.Router.RealSockets;

public sealed class CallsOverLoopback
{
    [Theory]
    [InlineData(0x0007)]
    [InlineData(0x0001)]
    public async Task Two_people_hear_and_see_each_other(int profile)
    {
        using var call = new RealCall();
        var first = await call.Enter(0, profiles: profile);
        var second = await call.Enter(1, profiles: profile);
        call.Load.Speak(2);
        await call.Until(() => first.Opened > 200 && second.Opened > 200);

        Assert.Equal(profile, first.Keys!.Profile);
        Assert.Equal(0, first.Broken + second.Broken);
        var seen = await call.Node.Statistics(new GetCallStatistics(call.Call), CancellationToken.None);
        Assert.All(seen.Value!.Peers, peer => Assert.True(peer is { State: "connected", PacketsIn: > 200, PacketsOut: > 200, AuthenticationFailures: 0 }));
        Assert.Equal(0, call.Node.Threads[0].Port.Counters.Faults);
    }

    [Fact]
    public async Task Who_reports_as_a_browser_does_is_sent_what_its_path_carries()
    {
        using var call = new RealCall(reports: true);
        var first = await call.Enter(0);
        var second = await call.Enter(1);
        call.Load.Speak(2);
        // Twenty a second each: by then each has reported on a report of the node's, too.
        await call.Until(() => Volatile.Read(ref call.Load.Feedbacks) > 160);

        var seen = await call.Node.Statistics(new GetCallStatistics(call.Call), CancellationToken.None);
        Assert.All(seen.Value!.Peers, peer => Assert.True(peer is { State: "connected", PathBitsPerSecond: > 0, RoundTripMs: not null, AuthenticationFailures: 0 }, $"{peer}"));
        Assert.Equal(0, first.Broken + second.Broken);
    }

    [Fact]
    public async Task Who_is_not_admitted_neither_hears_nor_is_heard()
    {
        using var call = new RealCall();
        var first = await call.Enter(0);
        var second = await call.Enter(1);
        var waiting = await call.Enter(2, admitted: false);
        call.Load.Speak(3);
        await call.Until(() => first.Opened > 200 && second.Opened > 200);

        Assert.Equal(0, waiting.Received);
        Assert.True(waiting.Script.Sent > 100);
        // Two speakers reach each other; a third heard would double what comes.
        Assert.True(first.Received <= second.Script.Sent);
    }

    [Fact]
    public async Task Ten_thousand_garbage_datagrams_a_second_do_not_disturb_a_call()
    {
        using var call = new RealCall();
        var first = await call.Enter(0);
        var second = await call.Enter(1);
        call.Load.Speak(2);
        await call.Until(() => first.Opened > 50 && second.Opened > 50);
        var (before, received) = (first.Opened, call.Node.Threads[0].Port.Counters.Received);

        var sent = await Task.Run(() => Flood(call.Node, TimeSpan.FromSeconds(2)));
        await call.Until(() => first.Opened > before + 250 && second.Opened > before + 250);

        Assert.True(sent > 10_000, $"only {sent} garbage datagrams were sent");
        Assert.True(call.Node.Threads[0].Port.Counters.Received - received > sent / 2, "the flood did not arrive");
        Assert.Equal(0, first.Broken + second.Broken);
        Assert.Equal(0, call.Node.Threads[0].Port.Counters.Faults);
        Assert.Equal(2, call.Node.Workers[0].Counters.Peers);
    }

    [Fact]
    public async Task Stopping_the_node_ends_its_threads_and_frees_its_port()
    {
        int port;
        using (var call = new RealCall())
        {
            await call.Enter(0);
            port = call.Node.Threads[0].Port.Bound[0].Port;
        }
        using var again = new MediaNode(new MediaOptions { Workers = 1, Port = port }, TimeProvider.System);
        again.Start();
        Assert.Equal(port, again.Threads[0].Port.Bound[0].Port);
    }

    [Fact]
    public async Task A_stale_placement_is_refused_and_leaves_no_trace()
    {
        using var call = new RealCall();
        await call.Enter(0);
        await call.Node.Admit(new AdmitParticipant(call.Call, default, 3, 5), CancellationToken.None);

        Assert.Equal("placement-stale", (await call.Node.Admit(new AdmitParticipant(call.Call, default, 2, 4), CancellationToken.None)).Refused?.Code);
        Assert.Equal("placement-stale", call.Node.Offer(new MakeOffer(call.Call, default, 1, 4)).Refused?.Code);
        Assert.Equal("placement-stale", (await call.Node.Close(new CloseCall(call.Call, 4), CancellationToken.None)).Refused?.Code);
        Assert.Equal(5, Assert.Single(call.Node.Calls).PlacementEpoch);
    }

    [Fact]
    public async Task An_answer_that_is_no_sdp_is_refused()
    {
        using var call = new RealCall();
        Assert.Equal("sdp-not-valid", (await call.Node.Answer(new TakeAnswer(call.Call, default, 1, 1, "v=0\r\nnonsense"), CancellationToken.None)).Refused?.Code);
        Assert.Empty(call.Node.Calls);
    }

    // Every class of first byte, from one source that nobody knows and at the true port.
    static int Flood(MediaNode node, TimeSpan length)
    {
        var noise = new Random(5);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var bytes = new byte[1400];
        var watch = Stopwatch.StartNew();
        var sent = 0;
        while (watch.Elapsed < length)
        {
            if (sent > watch.Elapsed.TotalSeconds * 10_000)
            {
                Thread.Sleep(1);
                continue;
            }
            noise.NextBytes(bytes);
            if (sent % 4 == 0) (bytes[0], bytes[4], bytes[5], bytes[6], bytes[7]) = ((byte)0, 0x21, 0x12, 0xA4, 0x42);
            socket.SendTo(bytes.AsSpan(0, noise.Next(0, bytes.Length)), node.Threads[0].Port.Bound[0]);
            sent++;
        }
        return sent;
    }
}

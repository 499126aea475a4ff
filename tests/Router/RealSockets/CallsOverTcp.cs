using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using FirstRing.Bench.Load;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Media.Rtc.Stun;
using FirstRing.Media.Router;
using FirstRing.Media.Router.Control;

namespace FirstRing.Tests.Router.RealSockets;

public sealed class CallsOverTcp
{
    [Fact]
    public async Task Who_has_no_udp_is_in_the_call_by_tcp_and_a_cut_costs_nothing_but_its_time()
    {
        using var call = new RealCall();
        using var wire = new TcpWire(call.Node.Threads[0].Tcp.Bound[0]);
        var first = await call.Enter(0);
        call.Way = wire.Lead;
        var second = await call.Enter(1);
        call.Load.Speak(2);
        await call.Until(() => first.Opened > 200 && second.Opened > 200);
        Assert.Equal(1, wire.Connections);
        Assert.Equal(1, call.Node.Threads[0].Port.Counters.Connections);

        wire.Cut();
        var (before, from) = (second.Opened, first.Opened);
        await call.Until(() => second.Opened > before + 200 && first.Opened > from + 200);
        Assert.Equal(2, wire.Connections);
        Assert.Equal(0, first.Broken + second.Broken);
        var seen = await call.Node.Statistics(new GetCallStatistics(call.Call), CancellationToken.None);
        Assert.All(seen.Value!.Peers, peer => Assert.True(peer is { State: "connected", AuthenticationFailures: 0 }, $"{peer}"));
        Assert.Equal(2, call.Node.Workers[0].Counters.Peers);
        Assert.Equal(0, call.Node.Threads[0].Port.Counters.Faults);
    }

    [Fact]
    public async Task Strangers_connections_are_closed_leave_nothing_and_disturb_no_call()
    {
        using var call = new RealCall();
        using var wire = new TcpWire(call.Node.Threads[0].Tcp.Bound[0]);
        call.Way = wire.Lead;
        var first = await call.Enter(0);
        call.Way = static offer => offer;
        var second = await call.Enter(1);
        call.Load.Speak(2);
        await call.Until(() => first.Opened > 50 && second.Opened > 50);
        var counters = call.Node.Threads[0].Port.Counters;

        var silent = new List<Socket>();
        for (var i = 0; i < 300; i++) silent.Add(await Connect(call.Node));
        var offer = new OfferReader(call.Node.Offer(new MakeOffer(new CallId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch)), new ParticipantId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch)), 1, 1)).Value!.Sdp);
        foreach (var stranger in (byte[][])[Check(offer.Ufrag, "aaaaaaaaaaaaaaaaaaaaaaaa"), Check(offer.Ufrag[1..] + "A", offer.Password), RandomNumberGenerator.GetBytes(1400), [22, .. new byte[40]]])
        {
            using var socket = await Connect(call.Node);
            await socket.SendAsync((byte[])[(byte)(stranger.Length >> 8), (byte)stranger.Length, .. stranger]);
            Assert.Equal(0, await Ended(socket));
        }
        await call.Until(() => counters.Refused >= 300 + 4 - 33);
        Assert.InRange(counters.Connections, 1, 33);
        Assert.Equal((2, 1), (call.Node.Workers[0].Counters.Peers, call.Node.Workers[0].Counters.Calls));

        var (here, there) = (first.Opened, second.Opened);
        await call.Until(() => first.Opened > here + 200 && second.Opened > there + 200);
        await call.Until(() => counters.Connections == 1); // nobody's patience is asked for more than five seconds
        Assert.Equal(0, first.Broken + second.Broken + counters.Faults);
        silent.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task A_check_that_proves_itself_is_answered_and_its_connection_kept()
    {
        using var call = new RealCall();
        await call.Until(() => call.Node.Ready);
        var offer = new OfferReader(call.Node.Offer(new MakeOffer(call.Call, new ParticipantId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch)), 1, 1)).Value!.Sdp);
        using var socket = await Connect(call.Node);
        var check = Check(offer.Ufrag, offer.Password);
        await socket.SendAsync((byte[])[(byte)(check.Length >> 8), (byte)check.Length, .. check]);
        var answer = new byte[500];
        var length = await socket.ReceiveAsync(answer.AsMemory()).AsTask().WaitAsync(RealCall.Patience);
        Assert.Equal(length - 2, BinaryPrimitives.ReadUInt16BigEndian(answer));
        Assert.True(StunMessage.TryRead(answer.AsSpan(2, length - 2), out var message) && message.Class == StunClass.Success);
        await call.Until(() => call.Node.Workers[0].Counters.Peers == 1);
        Assert.Equal(1, call.Node.Threads[0].Port.Counters.Connections);
    }

    [Fact]
    public void Each_worker_listens_where_it_has_its_udp_port_or_where_it_is_told()
    {
        using var node = new MediaNode(new MediaOptions { Workers = 1 }, TimeProvider.System);
        var sdp = node.Offer(new MakeOffer(default, default, 1, 1)).Value!.Sdp;
        var (udp, tcp) = (node.Threads[0].Port.Bound[0].Port, node.Threads[0].Tcp.Bound[0].Port);
        Assert.Contains($" 127.0.0.1 {udp} typ host\r\n", sdp, StringComparison.Ordinal);
        Assert.Contains($" 127.0.0.1 {tcp} typ host tcptype passive\r\n", sdp, StringComparison.Ordinal);
        Assert.True(sdp.IndexOf(" tcp ", StringComparison.Ordinal) > sdp.IndexOf(" udp ", StringComparison.Ordinal));

        using var told = new MediaNode(new MediaOptions { Workers = 1, TcpPort = 0 }, TimeProvider.System);
        Assert.NotEqual(0, told.Threads[0].Tcp.Bound[0].Port);
        Assert.Throws<IOException>(() => new MediaNode(new MediaOptions { Workers = 1, TcpPort = told.Threads[0].Tcp.Bound[0].Port }, TimeProvider.System));
    }

    static async Task<Socket> Connect(MediaNode node)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(node.Threads[0].Tcp.Bound[0]);
        return socket;
    }

    static async Task<int> Ended(Socket socket)
    {
        try { return await socket.ReceiveAsync(new byte[100].AsMemory()).AsTask().WaitAsync(RealCall.Patience); }
        catch (SocketException) { return 0; }
    }

    static byte[] Check(string ufrag, string password)
    {
        var datagram = new byte[500];
        var writer = new StunWriter(datagram);
        writer.Begin(StunClass.Request, StunMethod.Binding, RandomNumberGenerator.GetBytes(12));
        writer.AddUsername(Encoding.ASCII.GetBytes($"{ufrag}:page"));
        writer.Add(StunAttribute.Priority, 1u);
        writer.AddIntegrity(Encoding.ASCII.GetBytes(password));
        writer.AddFingerprint();
        return datagram[..writer.Length];
    }
}

using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FirstRing.Simulate.Network;
using FirstRing.Simulate.Relay;

namespace FirstRing.Tests.Router.Relay;

/// <summary>The relay does to real datagrams what its conditions say; every figure of <c>bench networks</c> rests on it.</summary>
public sealed class UdpRelayTests : IDisposable
{
    const ulong Seed = 20261128;

    static readonly LinkConditions Clean = new();
    static readonly PathConditions CleanPath = new(Clean, Clean);

    readonly Socket _node = Open();
    readonly List<IDisposable> _opened = [];

    [Fact]
    public void What_is_lost_is_what_the_link_loses_in_virtual_time_with_the_same_seed()
    {
        foreach (var loss in (Loss[])[Loss.Even(0.1), Loss.Bursts(0.1, 5)])
        {
            var conditions = new LinkConditions { Loss = loss };
            var link = new Link<int>(conditions, Seed);
            for (var i = 0; i < 3000; i++) link.Send(i, 64, 0);
            var expected = new List<int>();
            while (link.TryTake(0, out var item)) expected.Add(item);
            Assert.InRange(expected.Count, 2550, 2850);

            var relay = Line(new(Clean, conditions));
            var browser = Browser(relay);
            Assert.Equal(expected, Pour(relay, browser, 3000));
            Assert.Equal(3000, relay.Counts.Up.Entered);
            Assert.Equal((3000 - expected.Count, 0), (relay.Counts.Up.Lost, relay.Counts.Unsent));
        }
    }

    [Fact]
    public void An_answer_takes_the_delay_of_both_ways()
    {
        var relay = Line(new(new() { Delay = 80_000 }, new() { Delay = 40_000 }));
        var browser = Browser(relay);
        var took = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            var began = Stopwatch.GetTimestamp();
            Send(browser, i);
            var (_, from) = Take(_node);
            _node.SendTo(Number(i), from);
            Assert.Equal(i, Take(browser).Number);
            took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        Assert.All(took, one => Assert.True(one >= 119, $"{one} ms"));
        Assert.InRange(took.Order().ElementAt(4), 119, 240);
    }

    [Fact]
    public void A_bottleneck_takes_its_time_and_its_full_queue_drops()
    {
        var relay = Line(new(Clean, new() { BitsPerSecond = 400_000, QueueBytes = 20_000 }));
        var browser = Browser(relay);
        for (var i = 0; i < 30; i++) Send(browser, i, 1000); // 20 ms each
        Assert.Equal(0, Take(_node).Number);
        var began = Stopwatch.GetTimestamp();
        for (var i = 1; i < 20; i++) Assert.Equal(i, Take(_node).Number);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 250, 2000);
        Assert.InRange(relay.Counts.Up.Overflowed, 5, 10);
    }

    [Fact]
    public void Stray_packets_come_behind_later_ones_and_none_is_lost()
    {
        var relay = Line(new(Clean, new() { Delay = 5_000, Jitter = 5_000, ReorderShare = 0.2, ReorderDelay = 30_000 }));
        var came = Pour(relay, Browser(relay), 150);
        Assert.Equal(Enumerable.Range(0, 150), came.Order());
        Assert.NotEqual(came.Order(), came);
    }

    [Fact]
    public void Nothing_passes_a_hole_either_way_and_everything_after_it()
    {
        var relay = Line(CleanPath);
        var browser = Browser(relay);
        Send(browser, 1);
        var outside = Take(_node).From;

        relay.Change(CleanPath.Gone);
        Until(() => { Send(browser, 2); return relay.Counts.Up.Lost >= 5; });
        while (_node.Available > 0) Take(_node); // before the change was heard
        Send(browser, 3);
        _node.SendTo(Number(4), outside);
        Until(() => relay.Counts is { Down.Lost: 1 } && relay.Counts.Up.Lost >= 6);
        Assert.Equal((0, 0), (_node.Available, browser.Available));

        relay.Change(CleanPath);
        Until(() => { Send(browser, 5); return _node.Available > 0; });
        Assert.Equal((5, outside), Take(_node));
        _node.SendTo(Number(6), outside);
        Assert.Equal(6, Take(browser).Number);
    }

    [Fact]
    public void After_a_rebind_a_new_port_speaks_and_the_old_one_leads_nowhere()
    {
        var relay = Line(CleanPath);
        var browser = Browser(relay);
        Send(browser, 1);
        var before = (IPEndPoint)Take(_node).From;

        relay.Rebind();
        IPEndPoint after = before;
        Until(() =>
        {
            Send(browser, 2);
            after = (IPEndPoint)Take(_node).From;
            return !after.Equals(before);
        });
        Assert.Equal(before.Address, after.Address);
        _node.SendTo(Number(3), before);
        _node.SendTo(Number(4), after);
        Assert.Equal(4, Take(browser).Number);
    }

    [Fact]
    public void Each_socket_has_an_address_of_its_own_and_strangers_do_not_come_in()
    {
        var relay = Line(CleanPath);
        Socket one = Browser(relay), two = Browser(relay);
        Send(one, 1);
        var ofOne = (IPEndPoint)Take(_node).From;
        Send(two, 2);
        var ofTwo = (IPEndPoint)Take(_node).From;
        Assert.NotEqual(ofOne.Address, ofTwo.Address);

        var stranger = Keep(Open());
        stranger.SendTo(Number(9), ofOne);
        _node.SendTo(Number(3), ofTwo);
        _node.SendTo(Number(4), ofOne);
        Assert.Equal((3, 4), (Take(two).Number, Take(one).Number));
    }

    [Fact]
    public void The_memory_it_takes_has_bounds()
    {
        var relay = Line(new(Clean, new() { Delay = 60_000_000 }));
        var first = Browser(relay);
        for (var i = 0; i < UdpRelay.MostUnderWay + 10; i++)
        {
            Send(first, i);
            if (i % 100 == 0) Until(() => relay.Counts is var now && now.Up.Entered + now.Refused == i + 1);
        }
        Until(() => relay.Counts.Refused == 10);
        Assert.Equal(UdpRelay.MostUnderWay, relay.Counts.Up.Entered);

        var doors = Enumerable.Range(1, UdpRelay.MostDoors - 1).Select(i => relay.Through(new IPEndPoint(IPAddress.Loopback, i))).ToList();
        Assert.Equal(doors[0], relay.Through(new IPEndPoint(IPAddress.Loopback, 1)));
        Assert.Throws<InvalidOperationException>(() => relay.Through(new IPEndPoint(IPAddress.Loopback, 9999)));
    }

    [Fact]
    public void The_socket_longest_silent_gives_way()
    {
        var relay = Line(CleanPath);
        var ports = new List<EndPoint>();
        Socket first = Browser(relay), last = first;
        for (var i = 0; i <= UdpRelay.MostFlows; i++)
        {
            last = i == 0 ? first : Browser(relay);
            Send(last, i);
            ports.Add(Take(_node).From);
        }
        _node.SendTo(Number(1), ports[0]);
        _node.SendTo(Number(2), ports[^1]);
        Assert.Equal(2, Take(last).Number);
        Assert.Equal(0, first.Available);
    }

    // What arrives at the node of so many, sent no faster than the relay takes them.
    List<int> Pour(UdpRelay relay, Socket browser, int count)
    {
        var came = new List<int>();
        for (var i = 0; i < count; i++)
        {
            Send(browser, i);
            if (i % 50 == 0 || i == count - 1) Until(() => relay.Counts.Up.Entered == i + 1);
            while (_node.Available > 0) came.Add(Take(_node).Number);
        }
        Until(() =>
        {
            while (_node.Available > 0) came.Add(Take(_node).Number);
            return relay.Counts.Up is var now && now.Carried + now.Lost == count && came.Count == now.Carried;
        });
        return came;
    }

    UdpRelay Line(PathConditions path) => Keep(new UdpRelay(path, Seed, TimeProvider.System));

    Socket Browser(UdpRelay relay)
    {
        var socket = Keep(Open());
        socket.Connect(relay.Through((IPEndPoint)_node.LocalEndPoint!));
        return socket;
    }

    static Socket Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000, ReceiveBufferSize = 1 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    static byte[] Number(int number, int length = 64)
    {
        var content = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(content, number);
        return content;
    }

    static void Send(Socket from, int number, int length = 64) => from.Send(Number(number, length));

    static (int Number, EndPoint From) Take(Socket socket)
    {
        var content = new byte[2048];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        socket.ReceiveFrom(content, ref from);
        return (BinaryPrimitives.ReadInt32LittleEndian(content), from);
    }

    static void Until(Func<bool> holds) => Assert.True(SpinWait.SpinUntil(holds, TimeSpan.FromSeconds(20)));

    T Keep<T>(T opened) where T : IDisposable
    {
        _opened.Add(opened);
        return opened;
    }

    public void Dispose()
    {
        foreach (var one in _opened) one.Dispose();
        _node.Dispose();
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FirstRing.Media.Rtc;
using FirstRing.Media.Router.Transport;

namespace FirstRing.Tests.Router.Transport;

public sealed class UdpPorts
{
    static readonly IPAddress[] Loopback = [IPAddress.Loopback];

    [Theory]
    [InlineData("127.0.0.1", 1234)]
    [InlineData("10.1.2.3", 65535)]
    [InlineData("fd00::1:2", 1)]
    [InlineData("::1", 40000)]
    public void Addresses_survive_the_way_to_the_kernel_and_back(string text, int port)
    {
        var address = SocketAddresses.From(IPAddress.Parse(text), port, 3);
        unsafe
        {
            var raw = stackalloc byte[SocketAddresses.Room];
            SocketAddresses.Write(address, raw);
            Assert.Equal(address, SocketAddresses.Read(raw, 3));
        }
        Assert.Equal(new IPEndPoint(IPAddress.Parse(text), port), SocketAddresses.EndPoint(address));
    }

    [Fact]
    public void A_batch_larger_than_the_slab_arrives_whole_and_in_order()
    {
        using var a = new UdpPort(Loopback, 0, new TransportCounters());
        using var b = new UdpPort(Loopback, 0, new TransportCounters());
        var to = SocketAddresses.From(IPAddress.Loopback, b.Bound[0].Port);
        for (var i = 0; i < 200; i++)
        {
            a.Outgoing.Rent()[0] = (byte)i;
            a.Outgoing.Commit(1 + i, to);
        }
        a.Outgoing.Flush();

        var seen = Collect(b, 200);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => ((byte)i, 1 + i)), seen.Select(d => (d.Bytes[0], d.Bytes.Length)));
        Assert.All(seen, d => Assert.Equal(a.Bound[0].Port, d.From.Port));
        Assert.Equal(200, a.Counters.Sent);
        Assert.Equal(200, b.Counters.Received);
    }

    [Fact]
    public void An_answer_leaves_by_the_socket_its_question_came_in_by()
    {
        using var port = new UdpPort([IPAddress.Parse("127.0.0.1"), IPAddress.Parse("127.0.0.2"), IPAddress.IPv6Loopback], 0, new TransportCounters());
        foreach (var bound in port.Bound)
        {
            using var peer = new Socket(bound.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
            peer.Bind(new IPEndPoint(bound.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));
            peer.SendTo([42], bound);
            var question = Collect(port, 1)[0];
            port.Outgoing.Rent()[0] = 43;
            port.Outgoing.Commit(1, question.From);
            port.Outgoing.Flush();
            EndPoint from = new IPEndPoint(bound.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
            peer.ReceiveFrom(new byte[10], ref from);
            Assert.Equal(bound, from);
        }
    }

    [Fact]
    public void A_peer_that_has_gone_and_one_that_cannot_be_reached_stop_nothing()
    {
        using var a = new UdpPort(Loopback, 0, new TransportCounters());
        using var b = new UdpPort(Loopback, 0, new TransportCounters());
        var gone = SocketAddresses.From(IPAddress.Loopback, 9);
        var unreachable = SocketAddresses.From(IPAddress.Parse("255.255.255.255"), 9);
        var wrongFamily = SocketAddresses.From(IPAddress.Parse("fd00::77"), 9);
        var there = SocketAddresses.From(IPAddress.Loopback, b.Bound[0].Port);
        for (var i = 0; i < 3; i++)
        {
            foreach (var to in (RemoteAddress[])[gone, unreachable, wrongFamily, there])
            {
                a.Outgoing.Rent()[0] = (byte)i;
                a.Outgoing.Commit(1, to);
            }
            a.Outgoing.Flush();
            a.Receive(0);
        }
        Assert.Equal([0, 1, 2], Collect(b, 3).Select(d => (int)d.Bytes[0]));
        Assert.Equal(6, a.Counters.Dropped);
    }

    [Fact]
    public void A_datagram_longer_than_a_slot_is_counted_and_dropped()
    {
        using var port = new UdpPort(Loopback, 0, new TransportCounters());
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        peer.SendTo(new byte[4000], port.Bound[0]);
        peer.SendTo([7], port.Bound[0]);
        Assert.Equal(7, Collect(port, 1)[0].Bytes[0]);
        Assert.Equal(1, port.Counters.Oversized);
    }

    [Fact]
    public void A_wake_from_another_thread_ends_the_wait()
    {
        using var port = new UdpPort(Loopback, 0, new TransportCounters());
        for (var i = 0; i < 100; i++)
        {
            var waker = new Thread(port.Wake.Set);
            waker.Start();
            var watch = Stopwatch.StartNew();
            port.Wait(1_000_000);
            Assert.True(watch.ElapsedMilliseconds < 990, "the wait ran its whole second");
            waker.Join();
        }
    }

    static List<(byte[] Bytes, RemoteAddress From)> Collect(UdpPort port, int count)
    {
        var seen = new List<(byte[], RemoteAddress)>();
        for (var watch = Stopwatch.StartNew(); seen.Count < count;)
        {
            Assert.True(watch.ElapsedMilliseconds < 10_000, $"only {seen.Count} of {count} arrived");
            port.Wait(100_000);
            for (var local = 0; local < port.Locals; local++)
            {
                var received = port.Receive(local);
                for (var i = 0; i < received; i++)
                {
                    if (port.Datagram(i, out var bytes, out var from)) seen.Add((bytes.ToArray(), from));
                }
            }
        }
        return seen;
    }
}

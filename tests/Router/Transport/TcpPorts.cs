using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Door;
using FirstRing.Media.Rtc.Framing;
using FirstRing.Media.Router.Transport;

namespace FirstRing.Tests.Router.Transport;

public sealed class TcpPorts : IDisposable
{
    // What stands for a check that proves itself: the worker's own judgement is tested with a real node.
    const byte Proof = 1;

    static readonly byte[] DoorKey = [.. Enumerable.Range(0, DoorPreamble.KeyLength).Select(number => (byte)number)];

    readonly TransportCounters _counters = new();
    readonly List<byte[]> _taken = [];
    readonly List<RemoteAddress> _gone = [];
    readonly HashSet<RemoteAddress> _known = [];
    readonly List<Socket> _clients = [];
    TcpPort _port;

    public TcpPorts() => _port = Open(new TcpLimits());

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
        _port.Dispose();
    }

    [Fact]
    public void Halves_of_frames_arrive_as_the_datagrams_they_are()
    {
        var client = Connect();
        foreach (var half in (byte[][])[[0], [1, Proof, 0], [3, 7], [8], [9, 0, 0, 0]])
        {
            client.Send(half);
            Turn(() => false, patience: 20);
        }
        client.Send([1, 5]);
        Turn(() => _taken.Count == 4);
        Assert.Equal([[Proof], [7, 8, 9], [], [5]], _taken);
    }

    [Theory]
    [InlineData(new byte[] { 0, 3, 9, 9, 9 })]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 0xFF, 0xFF })]
    [InlineData(new byte[] { (byte)'G', (byte)'E', (byte)'T', (byte)' ', (byte)'/' })]
    public void What_does_not_begin_with_a_check_of_ours_is_closed_and_told_nothing(byte[] begin)
    {
        var client = Connect();
        client.Send(begin);
        Turn(() => _counters.Refused == 1);
        Assert.Equal(0, Read(client));
        Assert.Equal(0, _counters.Connections);
        Assert.Empty(_gone);
    }

    [Fact]
    public void Who_says_nothing_is_closed_after_five_seconds_and_who_says_half_a_frame_too()
    {
        var (silent, half) = (Connect(), Connect());
        half.Send([0]);
        Turn(() => false, patience: 50);
        _port.Sweep(WorkerThread.Now() + 4_000_000, _known.Contains);
        Assert.Equal(2, _counters.Connections);
        _port.Sweep(WorkerThread.Now() + 5_100_000, _known.Contains);
        Assert.Equal(0, _counters.Connections);
        Assert.Equal([0, 0], new[] { Read(silent), Read(half) });
    }

    [Fact]
    public void A_length_that_nothing_valid_has_ends_a_proved_connection_and_its_path()
    {
        var client = Proved();
        client.Send([0xFF, 0xFF, 1, 2, 3]);
        Turn(() => _gone.Count == 1);
        Assert.Equal(_known, _gone.ToHashSet());
        Assert.Equal(0, _counters.Connections);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_that_its_page_ends_is_a_path_gone(bool byReset)
    {
        var client = Proved();
        if (byReset) client.LingerState = new LingerOption(true, 0);
        client.Dispose();
        Turn(() => _gone.Count == 1);
        Assert.Equal(0, _counters.Connections);
        _port.Add([1, 2, 3], _gone[0]);
        Assert.Equal(1, _counters.FramesDropped);
    }

    [Fact]
    public void A_proved_connection_whose_path_is_nobodys_any_more_is_closed()
    {
        var client = Proved();
        _known.Clear();
        _port.Sweep(WorkerThread.Now(), _known.Contains);
        Assert.Equal(0, Read(client));
    }

    [Fact]
    public void Of_those_who_have_not_proved_themselves_the_one_that_was_silent_longest_makes_room()
    {
        _port.Dispose();
        _port = Open(new TcpLimits { UnprovedOfOneAddress = 3 });
        var silent = Enumerable.Range(0, 3).Select(_ => Connect()).ToList();
        var proved = Proved();
        Turn(() => _counters.Refused == 1);
        Assert.Equal(0, Read(silent[0]));
        var late = Connect();
        Turn(() => _counters.Accepted == 5);
        Assert.Equal(4, _counters.Connections);
        silent[1].Send([0, 1, Proof]);
        proved.Send([0, 1, 9]);
        Turn(() => _taken.Count == 3);
        Assert.True(late.Connected);
    }

    [Fact]
    public void One_address_has_so_many_connections_and_all_together_no_more_than_the_worker_keeps()
    {
        _port.Dispose();
        _port = Open(new TcpLimits { OfOneAddress = 4, InAll = 6 });
        for (var i = 0; i < 4; i++) Proved();
        var fifth = Connect();
        Turn(() => _counters.Refused == 1);
        Assert.Equal(0, Read(fifth));
        for (var i = 0; i < 2; i++) Proved("127.0.0.2");
        Assert.Equal(0, Read(Refused("127.0.0.3")));
        Assert.Equal(6, _counters.Connections);

        _clients[0].Dispose();
        Turn(() => _gone.Count == 1);
        Proved("127.0.0.3");
    }

    [Fact]
    public void Who_does_not_read_gets_no_more_pictures_and_later_whole_datagrams_and_pictures_again()
    {
        var client = Proved();
        var path = _known.Single();
        var (picture, sound) = (new byte[1200], new byte[100]);
        (picture[0], picture[1], sound[0], sound[1]) = (0x80, 96, 0x80, 111);
        for (var i = 0; i < 3000; i++)
        {
            _port.Add(picture, path);
            if (i % 10 == 0) _port.Add(sound, path);
            _port.Flush();
        }
        Assert.False(_port.TakesPictures(path));
        Assert.True(_counters.FramesDropped > 1000);

        var (reader, sounds, pictures) = (new FrameReader(), 0, 0);
        Turn(() =>
        {
            while (client.Available > 0)
            {
                reader.Take(client.Receive(reader.Room));
                while (reader.TryRead(out var datagram))
                {
                    Assert.Equal(datagram[1] == 96 ? 1200 : 100, datagram.Length);
                    if (datagram[1] == 96) pictures++;
                    else sounds++;
                }
            }
            return _port.TakesPictures(path) && sounds == 300;
        });
        Assert.InRange(pictures, 1, 2000);
        _port.Add(picture, path);
        _port.Flush();
        Turn(() => client.Available > 1200);
    }

    [Fact]
    public void A_stream_that_the_door_hands_over_is_its_clients_and_counts_as_its()
    {
        _port.Dispose();
        _port = Open(new TcpLimits { OfOneAddress = 3 });
        var clients = Enumerable.Range(1, 3).Select(number => Outside("203.0.113.5", number)).ToList();
        foreach (var client in clients)
        {
            var door = Connect();
            var preamble = Preamble(door, client);
            door.Send(preamble.AsSpan(0, 30)); // however it is cut
            Turn(() => false, patience: 10);
            door.Send([.. preamble[30..], 0, 1, Proof]);
            Turn(() => _known.Contains(client));
        }
        Assert.Equal([.. clients], _known);
        Assert.Equal((3L, 3L, 0L), (_counters.ByDoor, _counters.Connections, _counters.Refused));
        // One more of that address is too many, by the door or not; of another it is not, though the door is the same.
        Proved();
        var fourth = Connect();
        fourth.Send(Preamble(fourth, Outside("203.0.113.5", 4)));
        Turn(() => _counters.Refused == 1);
        Assert.Equal(0, Read(fourth));

        _port.Add([7, 8], clients[1]);
        _port.Flush();
        var answer = new byte[10];
        Assert.Equal([0, 2, 7, 8], answer[.._clients[1].Receive(answer)]);
        _clients[1].Dispose();
        Turn(() => _gone.Count == 1);
        Assert.Equal([clients[1]], _gone);
    }

    [Fact]
    public void Nobody_but_a_door_says_for_whom_a_stream_is_and_a_path_is_never_two_connections()
    {
        var victim = Outside("203.0.113.5", 1);
        var door = Connect();
        var overheard = Preamble(door, victim);
        door.Send([.. overheard, 0, 1, Proof]);
        Turn(() => _known.Count == 1);

        foreach (var (forged, number) in ((Func<Socket, byte[]>[])[_ => overheard, client => Preamble(client, Outside("203.0.113.6", 1), new byte[DoorPreamble.KeyLength]), client => Preamble(client, victim)]).Select((forged, number) => (forged, number)))
        {
            var stranger = Connect();
            stranger.Send([.. forged(stranger), 0, 1, Proof]);
            Turn(() => _counters.Refused == number + 1);
            Assert.Equal(0, Read(stranger));
        }
        Assert.Equal((1, 1, 1L), (_known.Count, _taken.Count, _counters.Connections));
        door.Send([0, 1, 9]);
        Turn(() => _taken.Count == 2);

        var again = Proved();
        again.Send(Preamble(again, Outside("203.0.113.7", 1))); // too late: as a frame it is longer than any
        Turn(() => _gone.Count == 1);
    }

    static RemoteAddress Outside(string address, int port) => RemoteAddress.Of(IPAddress.Parse(address), port) with { IsTcp = true, Door = DoorWay.Tls };

    static byte[] Preamble(Socket door, RemoteAddress client, byte[]? key = null)
    {
        var (preamble, near) = (new byte[DoorPreamble.Length], (IPEndPoint)door.LocalEndPoint!);
        DoorPreamble.Write(preamble, key ?? DoorKey, client, RemoteAddress.Of(near.Address, near.Port));
        return preamble;
    }

    TcpPort Open(TcpLimits limits) => new([new IPEndPoint(IPAddress.Loopback, 0)], _counters, DoorKey, limits)
    {
        Taken = (Span<byte> datagram, in RemoteAddress from) =>
        {
            Assert.True(from.IsTcp);
            _taken.Add(datagram.ToArray());
            if (datagram is [Proof, ..]) _known.Add(from);
            return _known.Contains(from);
        },
        Gone = _gone.Add,
    };

    Socket Connect(string from = "127.0.0.1")
    {
        var accepted = _counters.Accepted;
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000, ReceiveBufferSize = 16 * 1024 };
        _clients.Add(client);
        client.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        client.Connect(_port.Bound[0]);
        Turn(() => _counters.Accepted == accepted + 1);
        return client;
    }

    Socket Refused(string from)
    {
        var refused = _counters.Refused;
        var client = Connect(from);
        Turn(() => _counters.Refused == refused + 1);
        return client;
    }

    Socket Proved(string from = "127.0.0.1")
    {
        var (client, known) = (Connect(from), _known.Count);
        client.Send([0, 1, Proof]);
        Turn(() => _known.Count == known + 1);
        return client;
    }

    static int Read(Socket client)
    {
        try { return client.Receive(new byte[100]); }
        catch (SocketException over) when (over.SocketErrorCode == SocketError.ConnectionReset) { return 0; } // closed with something of ours unread
    }

    void Turn(Func<bool> holds, int patience = 10_000)
    {
        for (var watch = Stopwatch.StartNew(); !holds();)
        {
            if (watch.ElapsedMilliseconds > patience)
            {
                Assert.True(patience < 10_000, "waited in vain");
                return;
            }
            if (!_port.Turn()) Thread.Yield();
        }
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using FirstRing.Contracts.Media;
using FirstRing.Media.Rtc.Stun;
using FirstRing.Tests.Rtc.Turn;

namespace FirstRing.Tests.Router.RealSockets;

/// <summary>Lets one participant of the load client reach the node through its relay alone, by UDP or by TCP: its datagrams go by a channel and back.</summary>
sealed partial class TurnWire : IDisposable
{
    const ushort Channel = 0x4000;

    readonly Socket _near = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp), _far;
    readonly CancellationTokenSource _stop = new();
    readonly TurnClient _client;
    readonly bool _tcp;
    EndPoint? _page;

    TurnWire(IceServer server, bool tcp)
    {
        (_tcp, _client) = (tcp, new TurnClient(server.Username, server.Credential));
        _far = new Socket(AddressFamily.InterNetwork, tcp ? SocketType.Stream : SocketType.Dgram, tcp ? ProtocolType.Tcp : ProtocolType.Udp);
        _near.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _far.Connect(Place(server, tcp));
    }

    public static IPEndPoint Place(IceServer server, bool tcp) => IPEndPoint.Parse(server.Urls.Single(url => url.EndsWith(tcp ? "tcp" : "udp", StringComparison.Ordinal))["turn:".Length..].Split('?')[0]);

    /// <summary>Allocates, binds a channel to the worker's socket <paramref name="peer"/>, and carries from then on.</summary>
    public static async Task<TurnWire> Open(IceServer server, IPEndPoint peer, bool tcp)
    {
        var wire = new TurnWire(server, tcp);
        Assert.Equal(401, await wire.Ask(wire._client.Ask(StunMethod.Allocate, (StunAttribute.RequestedTransport, [17, 0, 0, 0]))));
        Assert.Equal(0, await wire.Ask(wire._client.Allocate()));
        Assert.Equal(0, await wire.Ask(wire._client.Bind(Channel, peer)));
        _ = wire.Forth();
        _ = wire.Back();
        return wire;
    }

    /// <summary>An offer that leads here.</summary>
    public string Lead(string offer) => Udp().Replace(offer, $"${{1}}{((IPEndPoint)_near.LocalEndPoint!).Port} typ");

    [GeneratedRegex(@"(a=candidate:\d+ 1 udp \d+ 127\.0\.0\.1 )\d+ typ")]
    private static partial Regex Udp();

    /// <summary>Lets go of the allocation, without waiting for the answer.</summary>
    public void LetGo() => _far.Send(_client.Refresh(0));

    /// <summary>Ends the way to the relay.</summary>
    public void Cut() => _far.Dispose();

    public void Dispose()
    {
        _stop.Cancel();
        Cut();
        _near.Dispose();
        _stop.Dispose();
    }

    async Task<int> Ask(byte[] request)
    {
        await _far.SendAsync(request);
        return _client.Read(await Receive().WaitAsync(RealCall.Patience));
    }

    async Task<byte[]> Receive()
    {
        var datagram = new byte[2048];
        if (!_tcp) return datagram[..await _far.ReceiveAsync(datagram.AsMemory(), _stop.Token)];
        await Fill(datagram.AsMemory(0, 4));
        var length = (datagram[0] >> 6 == 1 ? 4 : 20) + BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(2));
        await Fill(datagram.AsMemory(4, (length + 3 & ~3) - 4));
        return datagram[..length];
    }

    async Task Fill(Memory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = await _far.ReceiveAsync(bytes, _stop.Token);
            if (count == 0) throw new SocketException((int)SocketError.ConnectionReset);
            bytes = bytes[count..];
        }
    }

    async Task Forth()
    {
        var bytes = new byte[2048];
        await Quietly(async () =>
        {
            var got = await _near.ReceiveFromAsync(bytes.AsMemory(), new IPEndPoint(IPAddress.Any, 0), _stop.Token);
            _page = got.RemoteEndPoint;
            byte[] wrapped = TurnClient.ByChannel(Channel, bytes[..got.ReceivedBytes]);
            await _far.SendAsync(_tcp ? (byte[])[.. wrapped, .. new byte[-wrapped.Length & 3]] : wrapped, _stop.Token);
        });
    }

    Task Back() => Quietly(async () =>
    {
        if (TurnClient.Unwrap(await Receive()) is { } inner && _page is not null) _near.SendTo(inner, _page);
    });

    async Task Quietly(Func<Task> turn)
    {
        try
        {
            while (!_stop.IsCancellationRequested) await turn();
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException or SocketException) { }
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Framing;

namespace FirstRing.Tests.Router.RealSockets;

/// <summary>Lets one participant of the load client, who knows UDP alone, reach the node by TCP alone: its datagrams are framed into one connection and back.</summary>
sealed partial class TcpWire : IDisposable
{
    readonly Socket _near = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    readonly CancellationTokenSource _stop = new();
    readonly IPEndPoint _node;
    volatile Socket? _far;
    EndPoint? _page;

    public TcpWire(IPEndPoint node)
    {
        _node = node;
        _near.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _ = Forth();
    }

    public int Connections { get; private set; }

    /// <summary>An offer that leads here.</summary>
    public string Lead(string offer) => Udp().Replace(offer, $"${{1}}{((IPEndPoint)_near.LocalEndPoint!).Port} typ");

    [GeneratedRegex(@"(a=candidate:\d+ 1 udp \d+ 127\.0\.0\.1 )\d+ typ")]
    private static partial Regex Udp();

    /// <summary>Ends the connection; the next datagram begins another.</summary>
    public void Cut()
    {
        var far = _far;
        _far = null;
        far?.Dispose();
    }

    public void Dispose()
    {
        _stop.Cancel();
        Cut();
        _near.Dispose();
        _stop.Dispose();
    }

    async Task Forth()
    {
        var frame = new byte[2048];
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var got = await _near.ReceiveFromAsync(frame.AsMemory(2), new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                _page = got.RemoteEndPoint;
                BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)got.ReceivedBytes);
                // As browsers do: a connection begins with a check, whatever there is to send.
                if (_far is null && Demux.Classify(frame.AsSpan(2, got.ReceivedBytes)) != DatagramKind.Stun) continue;
                var far = _far ?? await Connect();
                try { await far.SendAsync(frame.AsMemory(0, 2 + got.ReceivedBytes), _stop.Token); }
                catch (Exception cut) when (cut is SocketException or ObjectDisposedException) { }
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException or SocketException) { }
    }

    async Task<Socket> Connect()
    {
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await far.ConnectAsync(_node, _stop.Token);
        Connections++;
        _far = far;
        _ = Back(far);
        return far;
    }

    async Task Back(Socket far)
    {
        var (reader, bytes) = (new FrameReader(), new byte[1024]);
        try
        {
            for (int count; (count = await far.ReceiveAsync(bytes.AsMemory(), _stop.Token)) > 0;)
            {
                bytes.AsSpan(0, count).CopyTo(reader.Room);
                reader.Take(count);
                while (reader.TryRead(out var datagram)) _near.SendTo(datagram, _page!);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException or SocketException) { }
    }
}

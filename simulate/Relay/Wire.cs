#pragma warning disable RS0030 // What carries datagrams needs sockets. It is a tool on loopback and never ships.
using System.Net;
using System.Net.Sockets;

namespace FirstRing.Simulate.Relay;

/// <summary>UDP on loopback as the relay needs it: nothing waits, and what the system will not carry is told to whoever counts.</summary>
static class Wire
{
    const int Room = 1 << 20;

    public static Socket Open(IPAddress address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false, ReceiveBufferSize = Room, SendBufferSize = Room };
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }

    /// <summary>The length of what came, 0 for nothing: another look took it, or it was longer than a datagram may be.</summary>
    public static int Read(Socket socket, byte[] into, SocketAddress from)
    {
        try { return socket.ReceiveFrom(into, SocketFlags.None, from); }
        catch (SocketException) { return 0; }
    }

    /// <summary>False where the system's own buffers were full: lost, and not by the line that is simulated.</summary>
    public static bool Send(Socket socket, byte[] content, SocketAddress to)
    {
        try { return socket.SendTo(content, SocketFlags.None, to) == content.Length; }
        catch (SocketException) { return false; }
    }
}

/// <summary>What a browser takes for the node.</summary>
sealed class Door(IPEndPoint node) : IDisposable
{
    public Socket Socket { get; } = Wire.Open(IPAddress.Loopback);
    public SocketAddress Node { get; } = node.Serialize();
    /// <summary>Who sent what was last read.</summary>
    public SocketAddress From { get; } = new(AddressFamily.InterNetwork);
    public IPEndPoint Address => (IPEndPoint)Socket.LocalEndPoint!;

    public void Dispose() => Socket.Dispose();
}

/// <summary>One of the browser's sockets, as a door knows it, and what the node takes for it.</summary>
sealed class Flow : IDisposable
{
    readonly IPAddress _outside;

    public Flow(Door door, IPAddress outside)
    {
        (Door, _outside, Socket) = (door, outside, Wire.Open(outside));
        Browser = new SocketAddress(AddressFamily.InterNetwork, door.From.Size);
        door.From.Buffer.Span[..door.From.Size].CopyTo(Browser.Buffer.Span);
    }

    public Door Door { get; }
    public SocketAddress Browser { get; }
    public Socket Socket { get; private set; }
    public long HeardAt { get; set; }

    public void Rebind()
    {
        var old = Socket;
        Socket = Wire.Open(_outside);
        old.Dispose();
    }

    public bool SendToNode(byte[] content) => Wire.Send(Socket, content, Door.Node);
    public bool SendToBrowser(byte[] content) => Wire.Send(Door.Socket, content, Browser);

    public void Dispose() => Socket.Dispose();
}

using System.Net;
using System.Runtime.InteropServices;
using FirstRing.Media.Rtc;

namespace FirstRing.Media.Router.Transport;

/// <summary>One bound, non-blocking socket, of UDP or listening on TCP: a file descriptor and where it is bound.</summary>
internal sealed unsafe class BoundSocket : IDisposable
{
    // What Linux grants without a sysctl; at 250 k packets/s it is 14 ms of traffic, which a GC pause or a preempted core can eat.
    private const int KernelBuffer = 4 << 20;

    // Of each connection that is accepted: what waits in the kernel can't be dropped any more.
    private const int ConnectionBuffer = 64 << 10;
    private const int Backlog = 128;

    private BoundSocket(int fd, IPEndPoint bound) => (Fd, Bound) = (fd, bound);

    public int Fd { get; private set; }

    public IPEndPoint Bound { get; }

    /// <summary>Binds for UDP; port 0 takes a free one. Throws <see cref="IOException"/> with errno when the address can't be had.</summary>
    public static BoundSocket Bind(IPAddress address, int port) => Open(address, port, Libc.SockDgram, KernelBuffer);

    /// <summary>Listens on TCP; port 0 takes a free one. Throws <see cref="IOException"/> with errno when the address can't be had.</summary>
    public static BoundSocket Listen(IPAddress address, int port)
    {
        var socket = Open(address, port, Libc.SockStream, ConnectionBuffer);
        if (Libc.Listen(socket.Fd, Backlog) == 0)
        {
            return socket;
        }
        var failure = Failure("listen", address, port);
        socket.Dispose();
        throw failure;
    }

    private static BoundSocket Open(IPAddress address, int port, int kind, int kernelBuffer)
    {
        var v6 = SocketAddresses.IsIPv6(address);
        var fd = Libc.Socket(v6 ? Libc.AfInet6 : Libc.AfInet, kind | Libc.SockNonBlock | Libc.SockCloExec, 0);
        if (fd < 0)
        {
            throw Failure("socket", address, port);
        }
        Option(fd, Libc.SolSocket, Libc.SoRcvBuf, kernelBuffer);
        Option(fd, Libc.SolSocket, Libc.SoSndBuf, kernelBuffer);
        if (kind == Libc.SockStream)
        {
            // Else connections of the process before keep the port from this one for a minute.
            Option(fd, Libc.SolSocket, Libc.SoReuseAddr, 1);
        }
        if (v6)
        {
            Option(fd, Libc.IpProtoIpv6, Libc.Ipv6V6Only, address.Equals(IPAddress.IPv6Any) ? 0 : 1);
        }
        var name = stackalloc byte[SocketAddresses.Room];
        var length = SocketAddresses.Write(SocketAddresses.From(address, port), name);
        if (Libc.Bind(fd, name, length) != 0)
        {
            var failure = Failure("bind", address, port);
            _ = Libc.Close(fd);
            throw failure;
        }
        length = SocketAddresses.Room;
        _ = Libc.GetSockName(fd, name, &length);
        return new BoundSocket(fd, new IPEndPoint(address, SocketAddresses.Read(name, 0).Port));
    }

    public void Dispose()
    {
        if (Fd >= 0)
        {
            _ = Libc.Close(Fd);
            Fd = -1;
        }
    }

    public static void Option(int fd, int level, int name, int value) => _ = Libc.SetSockOpt(fd, level, name, &value, sizeof(int));

    private static IOException Failure(string call, IPAddress address, int port) =>
        new($"{call} {address}:{port} failed with errno {Marshal.GetLastPInvokeError()}");
}

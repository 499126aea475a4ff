using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FirstRing.Media.Router.Transport;

namespace FirstRing.Bench.Load;

/// <summary>
/// One UDP socket that plays thousands of clients: all of 127/8 is local, so a wildcard socket receives for each 127.x.y.z, and IP_PKTINFO chooses the
/// source. The server sees distinct addresses, and the client still reads and writes in batches, so that it is never the one that saturates.
/// </summary>
internal sealed unsafe class LoadSocket : IDisposable
{
    private const int Batch = 64;
    private const int IpProtoIp = 0, IpPktInfo = 8, SoRcvBufForce = 33, SoRcvBuf = 8;
    private const int ControlBytes = 32;

    private readonly int fd;
    private readonly MessageSlab received = new(Batch);
    private readonly MessageSlab outgoing = new(Batch);
    private readonly byte* receivedControl = (byte*)NativeMemory.AllocZeroed(Batch * ControlBytes);
    private readonly byte* outgoingControl = (byte*)NativeMemory.AllocZeroed(Batch * ControlBytes);
    private int pending;

    public LoadSocket()
    {
        fd = Libc.Socket(Libc.AfInet, Libc.SockDgram | Libc.SockNonBlock | Libc.SockCloExec, 0);
        int on = 1, room = 64 << 20, plain = 4 << 20;
        _ = Libc.SetSockOpt(fd, IpProtoIp, IpPktInfo, &on, sizeof(int));
        if (Libc.SetSockOpt(fd, Libc.SolSocket, SoRcvBufForce, &room, sizeof(int)) != 0)
        {
            _ = Libc.SetSockOpt(fd, Libc.SolSocket, SoRcvBuf, &plain, sizeof(int));
        }
        var any = stackalloc byte[16];
        new Span<byte>(any, 16).Clear();
        *(ushort*)any = Libc.AfInet;
        if (fd < 0 || Libc.Bind(fd, any, 16) != 0)
        {
            throw new IOException($"load socket: errno {Marshal.GetLastPInvokeError()}");
        }
        var length = 16u;
        _ = Libc.GetSockName(fd, any, &length);
        Port = BinaryPrimitives.ReverseEndianness(*(ushort*)(any + 2));
        for (var i = 0; i < Batch; i++)
        {
            received.Headers[i].Control = receivedControl + i * ControlBytes;
            outgoing.Headers[i].Control = outgoingControl + i * ControlBytes;
            outgoing.Headers[i].ControlLength = ControlBytes;
            var control = outgoingControl + i * ControlBytes;
            *(nuint*)control = 28;
            *(int*)(control + 8) = IpProtoIp;
            *(int*)(control + 12) = IpPktInfo;
        }
    }

    /// <summary>The port it took.</summary>
    public int Port { get; }

    public long Sent { get; private set; }

    public long SendFailures { get; private set; }

    public int Fd => fd;

    /// <summary>A slot to write the next datagram into; flushes when 64 wait.</summary>
    public Span<byte> Rent()
    {
        if (pending == Batch)
        {
            Flush();
        }
        return outgoing.Slot(pending);
    }

    /// <param name="length">Bytes written.</param>
    /// <param name="source">127.x.y.z as a number.</param>
    /// <param name="address">Where to, as a number.</param>
    /// <param name="port">Where to.</param>
    public void Commit(int length, uint source, uint address, int port)
    {
        var name = outgoing.Headers[pending].Name;
        *(ushort*)name = Libc.AfInet;
        *(ushort*)(name + 2) = BinaryPrimitives.ReverseEndianness((ushort)port);
        *(uint*)(name + 4) = BinaryPrimitives.ReverseEndianness(address);
        outgoing.Headers[pending].NameLength = 16;
        // struct in_pktinfo after the 16-byte cmsg header: interface, local (source) address, header address.
        *(uint*)(outgoingControl + pending * ControlBytes + 20) = BinaryPrimitives.ReverseEndianness(source);
        outgoing.SetLength(pending++, length);
    }

    public void Flush()
    {
        for (var from = 0; from < pending;)
        {
            var done = Libc.SendMmsg(fd, outgoing.Headers + from, (uint)(pending - from), Libc.MsgDontWait);
            if (done <= 0)
            {
                SendFailures++;
                from++;
                continue;
            }
            Sent += done;
            from += done;
        }
        pending = 0;
    }

    public int Receive()
    {
        for (var i = 0; i < Batch; i++)
        {
            received.Headers[i].NameLength = SocketAddresses.Room;
            received.Headers[i].ControlLength = ControlBytes;
        }
        return Math.Max(0, Libc.RecvMmsg(fd, received.Headers, Batch, Libc.MsgDontWait, null));
    }

    public Span<byte> Datagram(int index, out uint destination)
    {
        destination = BinaryPrimitives.ReverseEndianness(*(uint*)(receivedControl + index * ControlBytes + 20));
        return received.Received(index);
    }

    public void Dispose()
    {
        _ = Libc.Close(fd);
        received.Dispose();
        outgoing.Dispose();
        NativeMemory.Free(receivedControl);
        NativeMemory.Free(outgoingControl);
    }
}

using System.Net;
using System.Runtime.InteropServices;
using FirstRing.Media.Rtc;

namespace FirstRing.Media.Router.Transport;

/// <summary>
/// A worker's door to the network: one non-blocking socket per local address, read and written in batches over slots that live as long as the port.
/// Used by one thread. Hostile input, full buffers and unreachable peers are counted, never thrown.
/// </summary>
internal sealed unsafe class UdpPort : IDisposable
{
    private const int Batch = 64;

    private readonly BoundSocket[] sockets;
    private readonly MessageSlab received = new(Batch);
    private readonly PollEntry* poll;
    private int batchLocal;
    private int lastCount;

    public UdpPort(IReadOnlyList<IPAddress> addresses, int port, TransportCounters counters)
    {
        ArgumentOutOfRangeException.ThrowIfZero(addresses.Count);
        sockets = new BoundSocket[addresses.Count];
        for (var i = 0; i < sockets.Length; i++)
        {
            sockets[i] = BoundSocket.Bind(addresses[i], port);
        }
        Counters = counters;
        Outgoing = new UdpSendBatch([.. sockets.Select(s => s.Fd)], counters);
        Wake = new EventSignal();
        poll = (PollEntry*)NativeMemory.AllocZeroed((nuint)((sockets.Length + 2) * sizeof(PollEntry)));
        for (var i = 0; i <= sockets.Length; i++)
        {
            poll[i] = new PollEntry { Fd = i < sockets.Length ? sockets[i].Fd : Wake.Fd, Events = Libc.PollIn };
        }
        // The kernel passes over what is negative.
        poll[sockets.Length + 1] = new PollEntry { Fd = -1, Events = Libc.PollIn };
    }

    public TransportCounters Counters { get; }

    public UdpSendBatch Outgoing { get; }

    public EventSignal Wake { get; }

    public IReadOnlyList<IPEndPoint> Bound => [.. sockets.Select(s => s.Bound)];

    public int Locals => sockets.Length;

    /// <summary>Lets <see cref="Wait"/> end when this descriptor is readable, too.</summary>
    public void Watch(int fd) => poll[sockets.Length + 1].Fd = fd;

    /// <summary>True when the last <see cref="Wait"/> saw something on what is watched.</summary>
    public bool IsWatchedReady => poll[sockets.Length + 1].Returned != 0;

    /// <summary>Waits until a socket is readable, <see cref="Wake"/> is set, or the time has passed.</summary>
    public void Wait(long micros)
    {
        micros = Math.Clamp(micros, 0, 1_000_000);
        var time = new TimeSpec { Seconds = micros / 1_000_000, Nanoseconds = micros % 1_000_000 * 1000 };
        var ready = Libc.PPoll(poll, (nuint)(sockets.Length + 2), &time, null);
        if (ready > 0 && poll[sockets.Length].Returned != 0)
        {
            Wake.Clear();
        }
        if (ready <= 0)
        {
            for (var i = 0; i < sockets.Length + 2; i++)
            {
                poll[i].Returned = 0;
            }
        }
    }

    /// <summary>True when the last <see cref="Wait"/> saw something on this socket (errors too: reading clears them).</summary>
    public bool IsReady(int local) => poll[local].Returned != 0;

    /// <summary>Reads at most one batch from a socket; the datagrams stay valid until the next call. 0 when there is nothing.</summary>
    public int Receive(int local)
    {
        var headers = received.Headers;
        // The kernel overwrote the lengths of the slots used last time.
        for (var i = 0; i < lastCount; i++)
        {
            headers[i].NameLength = SocketAddresses.Room;
        }
        lastCount = 0;
        batchLocal = local;
        var count = Libc.RecvMmsg(sockets[local].Fd, headers, Batch, Libc.MsgDontWait, null);
        if (count <= 0)
        {
            // ECONNREFUSED and the like are the echo of an earlier send to a peer that has gone: reading has cleared it.
            if (count < 0 && Marshal.GetLastPInvokeError() is not (Libc.Eagain or Libc.Eintr))
            {
                Counters.SocketErrors++;
            }
            return 0;
        }
        lastCount = count;
        Counters.Received += count;
        return count;
    }

    public static bool Filled(int count) => count == Batch;

    /// <summary>One datagram of the last batch; false when it was too long for a slot, so nothing of ours.</summary>
    public bool Datagram(int index, out Span<byte> bytes, out RemoteAddress from)
    {
        var header = received.Headers + index;
        from = SocketAddresses.Read(header->Name, (byte)batchLocal);
        bytes = received.Received(index);
        if ((header->Flags & Libc.MsgTrunc) == 0)
        {
            return true;
        }
        Counters.Oversized++;
        return false;
    }

    public void Dispose()
    {
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }
        received.Dispose();
        Outgoing.Dispose();
        Wake.Dispose();
        NativeMemory.Free(poll);
    }
}

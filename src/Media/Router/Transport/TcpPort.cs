using System.Net;
using System.Runtime.InteropServices;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Door;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Turn;

namespace FirstRing.Media.Router.Transport;

/// <summary>Takes a datagram that came by a TCP path; true when somebody has proved to own that path.</summary>
internal delegate bool FrameTaker(Span<byte> datagram, in RemoteAddress from);

/// <summary>
/// A worker's second door, for networks that let no UDP through: passive ICE-TCP (RFC 6544), and TURN by TCP. What comes first on a connection must be a check that
/// proves itself, or ask for a relay and then prove itself, soon, or it is closed. A public door that hands a stream over says first for whom, and is believed for its key.
/// Used by the worker's thread alone; nothing from outside is thrown.
/// </summary>
internal sealed unsafe class TcpPort : IDisposable
{
    private const int AcceptsInARow = 16;
    private const int Staged = 16 * 1024;
    private const long SweepInterval = 1_000_000;
    // Of what the kernel has taken and not sent: sound would stand behind it.
    private const int NotSent = 8 * 1024;
    private const int UserTimeoutMillis = 20_000;

    private readonly Epoll epoll = new();
    private readonly BoundSocket[] listeners;
    private readonly TransportCounters counters;
    private readonly TcpLimits limits;
    private readonly TcpCrowd crowd;
    private readonly Dictionary<int, TcpConnection> ofFd = [];
    private readonly Dictionary<RemoteAddress, TcpConnection> ofPath = [];
    private readonly List<TcpConnection> dirty = [];
    private readonly byte* staging = (byte*)NativeMemory.Alloc(Staged);
    private long sweepAt;
    private bool paused;

    private readonly byte[] doorKey;

    public TcpPort(IReadOnlyList<IPEndPoint> places, TransportCounters counters, byte[] doorKey, TcpLimits? limits = null, bool orFree = false)
    {
        (this.counters, this.doorKey) = (counters, doorKey);
        this.limits = limits ?? new TcpLimits();
        crowd = new TcpCrowd(this.limits);
        listeners = new BoundSocket[places.Count];
        for (var i = 0; i < listeners.Length; i++)
        {
            listeners[i] = Listen(places[i], orFree);
            epoll.Add(listeners[i].Fd, Libc.EpollIn);
        }
    }

    public int Fd => epoll.Fd;

    public IReadOnlyList<IPEndPoint> Bound => [.. listeners.Select(listener => listener.Bound)];

    /// <summary>Takes each datagram that comes.</summary>
    public FrameTaker Taken { get; set; } = static (_, in _) => false;

    /// <summary>Told of a proved path that is no more.</summary>
    public Action<RemoteAddress> Gone { get; set; } = static _ => { };

    /// <summary>Does what the sockets are ready for; true when there is probably more.</summary>
    public bool Turn()
    {
        var count = epoll.Look();
        for (var i = 0; i < count; i++)
        {
            var (fd, what) = epoll[i];
            if (ListenerOf(fd) is >= 0 and var local)
            {
                Accept(local);
            }
            else if (ofFd.TryGetValue(fd, out var connection))
            {
                Serve(connection, what);
            }
        }
        return Epoll.Filled(count);
    }

    /// <summary>Each second: closes who has not proved itself in time, and whose path nobody owns any more.</summary>
    public void Sweep(long now, Func<RemoteAddress, bool> isKnown)
    {
        if (now < sweepAt)
        {
            return;
        }
        sweepAt = now + SweepInterval;
        while (crowd.Oldest is { } oldest && now - oldest.OpenedAt >= limits.Patience)
        {
            Refuse(oldest);
        }
        foreach (var connection in ofFd.Values)
        {
            if (connection.IsProved && !isKnown(connection.From))
            {
                Close(connection);
            }
        }
        if (paused)
        {
            Pause(false);
        }
    }

    /// <summary>Queues a datagram for a path; it is dropped when there is no such connection.</summary>
    public void Add(ReadOnlySpan<byte> datagram, in RemoteAddress to)
    {
        if (!ofPath.TryGetValue(to, out var connection))
        {
            counters.FramesDropped++;
            return;
        }
        var before = connection.Outgoing.Dropped;
        connection.Outgoing.Add(datagram, IsPicture(datagram), WorkerThread.Now());
        counters.FramesDropped += connection.Outgoing.Dropped - before;
        if (!connection.IsDirty)
        {
            connection.IsDirty = true;
            dirty.Add(connection);
        }
    }

    public bool TakesPictures(in RemoteAddress to) => ofPath.TryGetValue(to, out var connection) && connection.Outgoing.TakesPictures;

    /// <summary>Hands what was queued to the kernel, as far as it takes it.</summary>
    public void Flush()
    {
        foreach (var connection in dirty)
        {
            connection.IsDirty = false;
            if (!connection.IsClosed && !connection.WaitsToSend)
            {
                Send(connection);
            }
        }
        dirty.Clear();
    }

    public void Dispose()
    {
        foreach (var connection in ofFd.Values)
        {
            _ = Libc.Close(connection.Fd);
            connection.Outgoing.Dispose();
        }
        foreach (var listener in listeners)
        {
            listener.Dispose();
        }
        epoll.Dispose();
        NativeMemory.Free(staging);
    }

    private static BoundSocket Listen(IPEndPoint place, bool orFree)
    {
        try
        {
            return BoundSocket.Listen(place.Address, place.Port);
        }
        catch (IOException) when (orFree)
        {
            // Nobody asked for this number: it is free for UDP and taken for TCP.
            return BoundSocket.Listen(place.Address, 0);
        }
    }

    private int ListenerOf(int fd)
    {
        for (var i = 0; i < listeners.Length; i++)
        {
            if (listeners[i].Fd == fd)
            {
                return i;
            }
        }
        return -1;
    }

    private static bool IsPicture(ReadOnlySpan<byte> datagram) => Demux.Classify(datagram) switch
    {
        DatagramKind.Rtp => !MediaLayout.IsSound(datagram[1] & 0x7F),
        DatagramKind.Channel => IsPicture(datagram[Channels.HeaderLength..]),
        _ => false,
    };

    private void Accept(int local)
    {
        var name = stackalloc byte[SocketAddresses.Room];
        for (var i = 0; i < AcceptsInARow; i++)
        {
            uint length = SocketAddresses.Room;
            var fd = Libc.Accept(listeners[local].Fd, name, &length, Libc.SockNonBlock | Libc.SockCloExec);
            if (fd < 0)
            {
                if (Marshal.GetLastPInvokeError() is not (Libc.Eagain or Libc.Eintr or Libc.Econnaborted))
                {
                    // Out of descriptors or memory: the listener would stay ready and the loop spin.
                    counters.SocketErrors++;
                    Pause(true);
                }
                return;
            }
            counters.Accepted++;
            Enter(fd, SocketAddresses.Read(name, (byte)local) with { IsTcp = true });
        }
    }

    private void Enter(int fd, in RemoteAddress from)
    {
        if (!crowd.MayEnter(from))
        {
            counters.Refused++;
            _ = Libc.Close(fd);
            return;
        }
        BoundSocket.Option(fd, Libc.IpProtoTcp, Libc.TcpNoDelay, 1);
        BoundSocket.Option(fd, Libc.IpProtoTcp, Libc.TcpNotSentLowat, NotSent);
        BoundSocket.Option(fd, Libc.IpProtoTcp, Libc.TcpUserTimeout, UserTimeoutMillis);
        var connection = new TcpConnection(fd, from, WorkerThread.Now());
        if (crowd.Enter(connection) is { } goes)
        {
            Refuse(goes);
        }
        ofFd[fd] = connection;
        ofPath[from] = connection;
        epoll.Add(fd, Libc.EpollIn);
        counters.Connections = crowd.Count;
    }

    private void Serve(TcpConnection connection, uint what)
    {
        // Errors and hang-ups too: reading tells.
        if ((what & ~Libc.EpollOut) != 0)
        {
            Receive(connection);
        }
        if ((what & Libc.EpollOut) != 0 && !connection.IsClosed)
        {
            Send(connection);
        }
    }

    // One reading in a turn, so that nobody keeps the others waiting.
    private void Receive(TcpConnection connection)
    {
        nint count;
        var room = connection.Incoming.Room;
        fixed (byte* start = room)
        {
            count = Libc.Read(connection.Fd, start, (nuint)room.Length);
        }
        if (count <= 0)
        {
            if (count == 0 || Marshal.GetLastPInvokeError() is not (Libc.Eagain or Libc.Eintr))
            {
                Close(connection);
            }
            return;
        }
        connection.Incoming.Take((int)count);
        if (!connection.HasBegun && !Begin(connection))
        {
            return;
        }
        while (connection.Incoming.TryRead(out var datagram))
        {
            counters.FramesReceived++;
            connection.Outgoing.IsTurn = connection.Incoming.IsTurn;
            var isOwned = Taken(datagram, connection.From);
            if (connection.IsProved)
            {
                continue;
            }
            if (isOwned)
            {
                crowd.Prove(connection);
            }
            else if (!connection.MayAskOn())
            {
                Refuse(connection);
                return;
            }
        }
        if (connection.Incoming.IsBroken)
        {
            Refuse(connection);
        }
    }

    // False while a preamble is still to come, and when the connection was closed for it.
    private bool Begin(TcpConnection connection)
    {
        var stream = connection.Incoming;
        if (DoorPreamble.Begins(stream.Waiting))
        {
            if (stream.Waiting.Length < DoorPreamble.Length)
            {
                return false;
            }
            if (!DoorPreamble.TryRead(stream.Waiting, doorKey, connection.From, out var client) || !crowd.MayEnter(client) || ofPath.ContainsKey(client))
            {
                Refuse(connection);
                return false;
            }
            stream.Skip(DoorPreamble.Length);
            Rename(connection, client);
        }
        return connection.HasBegun = true;
    }

    // From now on it counts as the client's, not as the door's.
    private void Rename(TcpConnection connection, in RemoteAddress client)
    {
        crowd.Leave(connection);
        ofPath.Remove(connection.From);
        connection.From = client;
        if (crowd.Enter(connection) is { } goes)
        {
            Refuse(goes);
        }
        ofPath[client] = connection;
        counters.ByDoor++;
    }

    private void Send(TcpConnection connection)
    {
        var (queue, isFull) = (connection.Outgoing, false);
        var before = queue.Dropped;
        while (!isFull)
        {
            var length = queue.Peek(new Span<byte>(staging, Staged), WorkerThread.Now());
            if (length == 0)
            {
                break;
            }
            var count = Libc.Send(connection.Fd, staging, (nuint)length, Libc.MsgDontWait | Libc.MsgNoSignal);
            if (count >= 0)
            {
                queue.Sent((int)count);
                isFull = count < length;
            }
            else if (Marshal.GetLastPInvokeError() is Libc.Eagain or Libc.Eintr)
            {
                isFull = true;
            }
            else
            {
                // Broken: the next reading finds it so.
                queue.Dispose();
            }
        }
        counters.FramesDropped += queue.Dropped - before;
        if (isFull != connection.WaitsToSend)
        {
            connection.WaitsToSend = isFull;
            epoll.Change(connection.Fd, isFull ? Libc.EpollIn | Libc.EpollOut : Libc.EpollIn);
        }
    }

    private void Refuse(TcpConnection connection)
    {
        counters.Refused++;
        Close(connection);
    }

    private void Close(TcpConnection connection)
    {
        connection.IsClosed = true;
        var wasProved = connection.IsProved;
        crowd.Leave(connection);
        ofFd.Remove(connection.Fd);
        ofPath.Remove(connection.From);
        _ = Libc.Close(connection.Fd);
        connection.Outgoing.Dispose();
        counters.Connections = crowd.Count;
        if (wasProved)
        {
            Gone(connection.From);
        }
    }

    private void Pause(bool on)
    {
        paused = on;
        foreach (var listener in listeners)
        {
            if (on)
            {
                epoll.Remove(listener.Fd);
            }
            else
            {
                epoll.Add(listener.Fd, Libc.EpollIn);
            }
        }
    }
}

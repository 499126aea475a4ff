#pragma warning disable RS0030 // What carries datagrams needs sockets. It is a tool on loopback and never ships.
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FirstRing.Simulate.Network;

namespace FirstRing.Simulate.Relay;

/// <summary>
/// One participant's line as real UDP on loopback: what is sent to the address of <see cref="Through"/> goes over the simulated network to a media node, and
/// back. Both directions are the links of the tests in virtual time, with the clock's time in them. Every socket of a browser has a socket and an address of
/// its own towards the node. One thread does it all; conditions may change while it runs.
/// </summary>
public sealed class UdpRelay : IDisposable
{
    /// <summary>Datagrams under way at once in each direction; what comes beyond it is dropped and counted.</summary>
    public const int MostUnderWay = 8192;
    /// <summary>A browser's sockets at once; the one longest silent gives way.</summary>
    public const int MostFlows = 64;
    /// <summary>Addresses of nodes that one line may lead to.</summary>
    public const int MostDoors = 16;

    const int Largest = 2048;
    const long LongestWait = 5_000;

    readonly record struct Datagram(Flow Flow, byte[] Content);

    readonly TimeProvider _clock;
    readonly Link<Datagram> _up, _down;
    readonly ConcurrentQueue<Action> _orders = new();
    readonly ConcurrentDictionary<IPEndPoint, Door> _doors = new();
    readonly List<Flow> _flows = [];
    readonly AutoResetEvent _begun = new(false);
    readonly byte[] _read = new byte[Largest];
    readonly Thread _thread;
    readonly Lock _gate = new();
    long _carriedUp, _carriedDown, _refused, _unsent, _latest;
    int _addresses;
    volatile bool _ended;

    /// <summary>Carries from now on. The same seed loses the same ones of the same packets.</summary>
    public UdpRelay(PathConditions path, ulong seed, TimeProvider clock)
    {
        _clock = clock;
        (_up, _down) = (new Link<Datagram>(path.Up, seed), new Link<Datagram>(path.Down, ~seed));
        _thread = new Thread(Carry) { IsBackground = true, Name = "relay" };
        _thread.Start();
    }

    /// <summary>The address that leads to a node's.</summary>
    public IPEndPoint Through(IPEndPoint node)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            if (_doors.TryGetValue(node, out var known)) return known.Address;
            if (_doors.Count == MostDoors) throw new InvalidOperationException($"A line leads to {MostDoors} addresses at most.");
            var door = _doors[node] = new Door(node);
            _begun.Set();
            return door.Address;
        }
    }

    /// <summary>From now on the line is like this.</summary>
    public void Change(PathConditions path) => _orders.Enqueue(() =>
    {
        _up.Change(path.Up, Now);
        _down.Change(path.Down, Now);
    });

    /// <summary>As a NAT that has forgotten: from now on everything reaches the node from new ports, and what is sent to the old ones is lost.</summary>
    public void Rebind() => _orders.Enqueue(() => _flows.ForEach(flow => flow.Rebind()));

    /// <summary>What it has done so far.</summary>
    public RelayCounts Counts => new(
        new(_up.Entered, _up.Lost, _up.Overflowed, Volatile.Read(ref _carriedUp)), new(_down.Entered, _down.Lost, _down.Overflowed, Volatile.Read(ref _carriedDown)),
        Volatile.Read(ref _refused), Volatile.Read(ref _unsent), TimeSpan.FromMicroseconds(Volatile.Read(ref _latest)));

    long Now => (long)_clock.GetElapsedTime(0).TotalMicroseconds;

    void Carry()
    {
        var readable = new List<Socket>();
        while (!_ended)
        {
            while (_orders.TryDequeue(out var order)) order();
            foreach (var door in _doors.Values)
                if (readable.Contains(door.Socket)) Enter(door);
            foreach (var flow in _flows)
                if (readable.Contains(flow.Socket)) Return(flow);
            Leave(_up, ref _carriedUp, datagram => datagram.Flow.SendToNode(datagram.Content));
            Leave(_down, ref _carriedDown, datagram => datagram.Flow.SendToBrowser(datagram.Content));
            Wait(readable);
        }
    }

    // The system counts in milliseconds here. Rounded up, for a packet had better come a little late than the thread go round and round.
    void Wait(List<Socket> readable)
    {
        readable.Clear();
        readable.AddRange(_doors.Values.Select(door => door.Socket));
        readable.AddRange(_flows.Select(flow => flow.Socket));
        var wait = TimeSpan.FromMilliseconds((long.Clamp(long.Min(_up.NextAt, _down.NextAt) - Now, 0, LongestWait) + 999) / 1000);
        if (readable.Count == 0) _begun.WaitOne(wait);
        else Socket.Select(readable, null, null, wait);
    }

    void Enter(Door door)
    {
        do
        {
            if (Wire.Read(door.Socket, _read, door.From) is not (> 0 and var length)) continue;
            var flow = FlowOf(door);
            flow.HeardAt = Now;
            Send(_up, _carriedUp, flow, length);
        }
        while (door.Socket.Available > 0);
    }

    void Return(Flow flow)
    {
        do
        {
            if (Wire.Read(flow.Socket, _read, flow.Door.From) is > 0 and var length && flow.Door.From.Equals(flow.Door.Node)) Send(_down, _carriedDown, flow, length);
        }
        while (flow.Socket.Available > 0);
    }

    void Send(Link<Datagram> link, long carried, Flow flow, int length)
    {
        if (link.Entered - link.Lost - link.Overflowed - carried >= MostUnderWay) Interlocked.Increment(ref _refused);
        else link.Send(new Datagram(flow, _read[..length]), length, Now);
    }

    void Leave(Link<Datagram> link, ref long carried, Func<Datagram, bool> send)
    {
        for (long due; (due = link.NextAt) <= Now;)
        {
            if (!link.TryTake(Now, out var datagram)) continue;
            carried++;
            _latest = long.Max(_latest, Now - due);
            if (!send(datagram)) Interlocked.Increment(ref _unsent);
        }
    }

    Flow FlowOf(Door door)
    {
        if (_flows.Find(flow => flow.Door == door && flow.Browser.Equals(door.From)) is { } known) return known;
        if (_flows.Count == MostFlows)
        {
            var silent = _flows.MinBy(flow => flow.HeardAt)!;
            _flows.Remove(silent);
            silent.Dispose();
        }
        var number = _addresses++;
        var added = new Flow(door, new IPAddress([127, 77, (byte)(number / 250 % 250), (byte)(1 + number % 250)]));
        _flows.Add(added);
        return added;
    }

    /// <summary>Nothing is carried any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended) return;
            _ended = true;
        }
        _begun.Set();
        _thread.Join();
        foreach (var flow in _flows) flow.Dispose();
        foreach (var door in _doors.Values) door.Dispose();
        _begun.Dispose();
    }
}

/// <summary>One direction's datagrams: that came in, were lost on the way, found the queue full, came out.</summary>
public sealed record DirectionCounts(long Entered, long Lost, long Overflowed, long Carried);

/// <summary>A line's datagrams. <paramref name="Unsent"/>: carried, but the system would not take them. <paramref name="Latest"/>: how late the latest of all left, for the thread had no turn.</summary>
public sealed record RelayCounts(DirectionCounts Up, DirectionCounts Down, long Refused, long Unsent, TimeSpan Latest);

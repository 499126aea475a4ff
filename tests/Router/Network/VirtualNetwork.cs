using FirstRing.Media.Rtc;
using FirstRing.Simulate.Network;

namespace FirstRing.Tests.Router.Network;

// Datagrams under way, in virtual time. What it does to them is decided by a seeded generator: the same run each time.
sealed class VirtualNetwork(int seed)
{
    readonly PriorityQueue<(byte[] Bytes, RemoteAddress From, RemoteAddress To), (long At, long Order)> _underway = new();
    readonly Dictionary<RemoteAddress, Link<(byte[] Bytes, RemoteAddress From)>> _narrow = [];
    readonly Random _random = new(seed);
    long _order;

    public long Now { get; set; } = 1_000_000;
    public long Delay { get; set; } = 20_000;
    public long Jitter { get; set; }
    public double Loss { get; set; }
    public double Duplication { get; set; }

    // Nothing goes to or from these.
    public HashSet<RemoteAddress> Cut { get; } = [];

    // From now on everything to this address passes a bottleneck.
    public void Narrow(RemoteAddress to, LinkConditions conditions)
    {
        if (_narrow.TryGetValue(to, out var link)) link.Change(conditions, Now);
        else _narrow[to] = new Link<(byte[], RemoteAddress)>(conditions, (ulong)seed);
    }

    // Media alone is impaired, so that a test of media does not wait for a handshake.
    public void Send(ReadOnlySpan<byte> bytes, RemoteAddress from, RemoteAddress to)
    {
        if (Cut.Contains(from) || Cut.Contains(to)) return;
        var isMedia = Demux.Classify(bytes) is DatagramKind.Rtp;
        if (isMedia && _random.NextDouble() < Loss) return;
        Enqueue(bytes.ToArray(), from, to);
        if (isMedia && _random.NextDouble() < Duplication) Enqueue(bytes.ToArray(), from, to);
    }

    void Enqueue(byte[] bytes, RemoteAddress from, RemoteAddress to)
    {
        if (_narrow.TryGetValue(to, out var link))
        {
            link.Send((bytes, from), bytes.Length + 28, Now);
            return;
        }
        var at = Now + Delay + (Jitter > 0 ? _random.NextInt64(Jitter) : 0);
        _underway.Enqueue((bytes, from, to), (at, _order++));
    }

    public bool TryTake(out byte[] bytes, out RemoteAddress from, out RemoteAddress to)
    {
        (bytes, from, to) = ([], default, default);
        foreach (var (address, link) in _narrow)
        {
            if (!link.TryTake(Now, out var arrived)) continue;
            (bytes, from, to) = (arrived.Bytes, arrived.From, address);
            return true;
        }
        if (!_underway.TryPeek(out _, out var due) || due.At > Now) return false;
        (bytes, from, to) = _underway.Dequeue();
        return true;
    }
}

// The worker's way out into the virtual network.
sealed class NetworkBatch(VirtualNetwork network, RemoteAddress server) : SendBatch
{
    readonly byte[] _slot = new byte[SlotBytes];

    // A TCP connection that does not drain.
    public bool IsFull { get; set; }

    public override Span<byte> Rent() => _slot;

    public override bool TakesPictures(in RemoteAddress to) => !(to.IsTcp && IsFull);

    public override void Commit(int length, in RemoteAddress to) => network.Send(_slot.AsSpan(0, length), server, to);
}

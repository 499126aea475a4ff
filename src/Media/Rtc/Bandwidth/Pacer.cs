namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>
/// Spreads what one receiver is sent. Sound leaves at once, whatever waits, and its bytes are taken off what pictures may send; what was lost leaves before
/// what is new; padding only fills up a probe. The rate is the target times a factor, and more where something would otherwise wait longer than
/// <see cref="LongestWait"/>: to spread is the pacer's work, to send less is the allocation's. No clock and no timer: packets and time in, packets and the
/// next deadline (µs) out.
/// </summary>
/// <typeparam name="T">Whatever finds the packet again.</typeparam>
public sealed class Pacer<T>
{
    /// <summary>Nothing waits longer (µs).</summary>
    public const long LongestWait = 250_000;
    /// <summary>Bytes of a padding packet: with its header what RTP's one length byte can say.</summary>
    public const int PaddingBytes = 250;
    /// <summary>How much faster than the target a queue leaves: a frame is out well before the next.</summary>
    public const double Factor = 2.5;
    const long Burst = 5_000; // what may leave at once, in time of the rate: the owner's timer is no finer
    const int MostClusters = 4;

    readonly PacerLane<T> _sound = new(), _lost = new(), _pictures = new();
    readonly ProbeCluster[] _clusters = new ProbeCluster[MostClusters];
    int _clusterCount, _probePackets, _probeBytes;
    double _debt; // bytes that left before their time
    long _paidAt = long.MinValue;

    /// <summary>The target (bit/s).</summary>
    public long Target { get; set; } = SendSideEstimate.StartRate;

    /// <summary>Packets that wait.</summary>
    public int Count => _sound.Count + _lost.Count + _pictures.Count;

    /// <summary>Something waits, or a probe is under way.</summary>
    public bool IsBusy => Count + _clusterCount > 0;

    /// <summary>How long the oldest has waited (µs).</summary>
    public long Wait(long now) => long.Max(Wait(_lost, now), Wait(_pictures, now));

    /// <summary>Queues a packet. False when more wait than ever should: it is dropped.</summary>
    public bool TryAdd(PacketClass kind, T item, int bytes, long now) => kind switch
    {
        PacketClass.Audio => _sound.TryAdd(item, bytes, now),
        PacketClass.Retransmission => _lost.TryAdd(item, bytes, now),
        PacketClass.Video => _pictures.TryAdd(item, bytes, now),
        _ => false,
    };

    /// <summary>A picture's packet may leave now: nothing waits before it, and the rate allows it.</summary>
    public bool MayPass(long now)
    {
        Pay(now);
        return _lost.Count + _pictures.Count == 0 && _debt <= Allowed(now);
    }

    /// <summary>Counts a packet that leaves now without having waited; the probe it is part of, 0 for none.</summary>
    public byte Pass(int bytes, long now)
    {
        Pay(now);
        return Leave(bytes);
    }

    /// <summary>Sends a probe as soon as what goes before it is out.</summary>
    public void Probe(in ProbeCluster cluster)
    {
        if (_clusterCount < MostClusters) _clusters[_clusterCount++] = cluster;
    }

    /// <summary>The packet whose turn it is now, if any: take until there is none.</summary>
    public bool TryTake(long now, out PacedPacket<T> packet)
    {
        Pay(now);
        packet = default;
        var probes = _clusterCount > 0;
        var kind = PacketClass.Padding;
        if (_sound.Count > 0) kind = PacketClass.Audio;
        else if (_debt > Allowed(now)) return false;
        else if (_lost.Count > 0) kind = PacketClass.Retransmission;
        else if (_pictures.Count > 0) kind = PacketClass.Video;
        else if (!probes) return false;
        var (item, bytes) = kind switch
        {
            PacketClass.Audio => _sound.Take(),
            PacketClass.Retransmission => _lost.Take(),
            PacketClass.Video => _pictures.Take(),
            _ => (default!, PaddingBytes),
        };
        packet = new PacedPacket<T>(kind, item, bytes, Leave(bytes));
        return true;
    }

    byte Leave(int bytes)
    {
        if (_clusterCount == 0)
        {
            _debt += bytes;
            return 0;
        }
        var cluster = _clusters[0].Id;
        // A probe begins with a clean slate: what left before it is not its pace.
        _debt = _probePackets == 0 ? bytes : _debt + bytes;
        CountProbe(bytes);
        return cluster;
    }

    /// <summary>When the next packet may leave (µs); far away when nothing waits.</summary>
    public long NextAt(long now)
    {
        if (_sound.Count > 0) return now;
        if (_lost.Count + _pictures.Count + _clusterCount == 0) return long.MaxValue;
        Pay(now);
        var over = _debt - Allowed(now);
        return over <= 0 ? now : now + 1 + (long)(over * 8e6 / Rate(now));
    }

    // A probe is spread to the packet: its rate is what is measured.
    double Allowed(long now) => _clusterCount > 0 ? 0 : Rate(now) * Burst / 8e6;

    double Rate(long now)
    {
        if (_clusterCount > 0) return _clusters[0].BitsPerSecond;
        var left = long.Max(LongestWait - Wait(now), 1_000);
        return double.Max(double.Max(Target, SendSideEstimate.LeastRate) * Factor, (_lost.Bytes + _pictures.Bytes) * 8e6 / left);
    }

    void Pay(long now)
    {
        // Within a probe what a late look missed is made up for, or its owner's timer would be what is measured.
        var credit = _probePackets > 0 ? Rate(now) * Burst / 8e6 : 0;
        if (_paidAt < now && _paidAt != long.MinValue) _debt = double.Max(-credit, _debt - Rate(now) * (now - _paidAt) / 8e6);
        _paidAt = long.Max(_paidAt, now);
    }

    void CountProbe(int bytes)
    {
        _probePackets++;
        _probeBytes += bytes;
        if (_probePackets < ProbeCluster.LeastPackets || _probeBytes < _clusters[0].LeastBytes) return;
        (_probePackets, _probeBytes) = (0, 0);
        _clusters.AsSpan(1).CopyTo(_clusters);
        _clusterCount--;
    }

    static long Wait(PacerLane<T> lane, long now) => lane.Count > 0 ? now - lane.OldestSince : 0;
}

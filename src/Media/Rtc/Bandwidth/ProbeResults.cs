namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>What a probe says.</summary>
/// <param name="Asked">How fast it should have left (bit/s).</param>
/// <param name="Rate">The rate it proves (bit/s).</param>
internal readonly record struct ProbeResult(long Asked, double Rate);

/// <summary>How fast the packets of probes arrived, against how fast they left.</summary>
internal sealed class ProbeResults
{
    const int Clusters = 8;
    const double Share = 0.8; // of a cluster must have arrived
    const long Longest = 1_000_000;
    const double Compressed = 2; // arrived so much faster than sent: the path let go of what it had held, which says nothing
    const double Saturated = 0.9, Below = 0.95;

    struct Cluster
    {
        public ProbeCluster Asked;
        public int Packets, Bytes, LastSentBytes, FirstArrivedBytes;
        public long FirstSent, LastSent, FirstArrived, LastArrived;
    }

    readonly Cluster[] _clusters = new Cluster[Clusters];

    /// <summary>A cluster leaves.</summary>
    internal void Begin(in ProbeCluster asked) => _clusters[asked.Id % Clusters] = new Cluster { Asked = asked };

    /// <summary>Takes a packet that arrived. True when its cluster says something, each time with one packet more.</summary>
    internal bool Add(in PacketResult packet, out ProbeResult result)
    {
        result = default;
        ref var cluster = ref _clusters[packet.Cluster % Clusters];
        if (packet.Cluster == 0 || cluster.Asked.Id != packet.Cluster) return false;
        if (cluster.Packets++ == 0)
        {
            (cluster.FirstSent, cluster.LastSent, cluster.LastSentBytes) = (packet.SentAt, packet.SentAt, packet.Bytes);
            (cluster.FirstArrived, cluster.LastArrived, cluster.FirstArrivedBytes) = (packet.ArrivedAt, packet.ArrivedAt, packet.Bytes);
        }
        cluster.Bytes += packet.Bytes;
        if (packet.SentAt < cluster.FirstSent) cluster.FirstSent = packet.SentAt;
        if (packet.SentAt >= cluster.LastSent) (cluster.LastSent, cluster.LastSentBytes) = (packet.SentAt, packet.Bytes);
        if (packet.ArrivedAt < cluster.FirstArrived) (cluster.FirstArrived, cluster.FirstArrivedBytes) = (packet.ArrivedAt, packet.Bytes);
        cluster.LastArrived = long.Max(cluster.LastArrived, packet.ArrivedAt);

        if (cluster.Packets < Share * ProbeCluster.LeastPackets || cluster.Bytes < Share * cluster.Asked.LeastBytes) return false;
        var (sending, arriving) = (cluster.LastSent - cluster.FirstSent, cluster.LastArrived - cluster.FirstArrived);
        if (sending is <= 0 or > Longest || arriving is <= 0 or > Longest) return false;
        if (Compressed * arriving < sending) return false;
        // By the times, not the rates: the first and the last packet need not be equally long.
        result = new ProbeResult(cluster.Asked.BitsPerSecond, Saturated * arriving > sending
            ? Below * (cluster.Bytes - cluster.FirstArrivedBytes) * 8e6 / arriving
            : (cluster.Bytes - cluster.LastSentBytes) * 8e6 / sending);
        return true;
    }
}

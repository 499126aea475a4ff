namespace FirstRing.Media.Rtc;

/// <summary>What happened on one connection. Written by its worker alone.</summary>
public sealed class PeerCounters
{
    /// <summary>Media packets that came and opened.</summary>
    public long PacketsIn { get; internal set; }
    /// <summary>Their bytes on the wire.</summary>
    public long BytesIn { get; internal set; }
    /// <summary>Media packets sent, retransmissions included.</summary>
    public long PacketsOut { get; internal set; }
    /// <summary>Their bytes on the wire.</summary>
    public long BytesOut { get; internal set; }
    /// <summary>Others' packets sent on to this peer, retransmissions not counted.</summary>
    public long Forwarded { get; internal set; }
    /// <summary>Packets that waited for their turn in vain: too many waited, or their slot had changed hands.</summary>
    public long Unsent { get; internal set; }
    /// <summary>Packets whose tag was wrong or whose number was used before.</summary>
    public long AuthenticationFailures { get; internal set; }
    /// <summary>Packets of streams that nothing announced.</summary>
    public long UnknownSsrc { get; internal set; }
    /// <summary>Datagrams and RTCP packets that made no sense.</summary>
    public long Malformed { get; internal set; }
    /// <summary>Media that came before it may: not connected, or from an address that was not proved.</summary>
    public long Early { get; internal set; }
    /// <summary>Packets the peer asked us for again.</summary>
    public long NacksIn { get; internal set; }
    /// <summary>Packets we asked the peer for again.</summary>
    public long NacksOut { get; internal set; }
    /// <summary>Packets we sent again.</summary>
    public long Retransmitted { get; internal set; }
    /// <summary>Keyframes the peer asked for.</summary>
    public long PlisIn { get; internal set; }
    /// <summary>Keyframes we asked the peer for.</summary>
    public long PlisOut { get; internal set; }
    /// <summary>Packets of sound that came with the sound before them (RFC 2198).</summary>
    public long RepeatedIn { get; internal set; }
    /// <summary>Packets of sound that were sent so.</summary>
    public long RepeatedOut { get; internal set; }
    /// <summary>Times the path was changed.</summary>
    public long AddressChanges { get; internal set; }
    /// <summary>Smoothed round trip (µs), −1 while unknown.</summary>
    public long RoundTrip { get; internal set; } = -1;
}

namespace FirstRing.Media.Rtc.Turn;

/// <summary>What a relay has seen. Written by its worker alone; others read a slightly old value.</summary>
public sealed class TurnCounters
{
    /// <summary>Allocations that there are now.</summary>
    public int Allocations { get; internal set; }
    /// <summary>Allocations made since the start.</summary>
    public long Made { get; internal set; }
    /// <summary>Requests answered by a challenge: without proof, or with one that is over or wrong.</summary>
    public long Challenged { get; internal set; }
    /// <summary>Those that were not even answered, there being too many.</summary>
    public long Unanswered { get; internal set; }
    /// <summary>Proved requests that were refused.</summary>
    public long Refused { get; internal set; }
    /// <summary>Datagrams and requests for a peer that is none of ours.</summary>
    public long Forbidden { get; internal set; }
    /// <summary>Datagrams for the relay that belong to no allocation or make no sense.</summary>
    public long Malformed { get; internal set; }
    /// <summary>Datagrams from clients to the worker.</summary>
    public long In { get; internal set; }
    /// <summary>Datagrams from the worker to clients.</summary>
    public long Out { get; internal set; }
    /// <summary>Datagrams over an allocation's rate, either way.</summary>
    public long OverRate { get; internal set; }
}

namespace FirstRing.Media.Rtc.Turn;

/// <summary>How much one relay gives. Whoever has proved nothing gets a bounded number of answers and no more.</summary>
public sealed record TurnLimits
{
    /// <summary>Allocations under one credential: a page makes one for each of its networks and each way to the relay.</summary>
    public int OfOneCredential { get; init; } = 4;
    /// <summary>Allocations of one participant under all the credentials they were given: a page that was reloaded leaves some behind until they expire.</summary>
    public int OfOneParticipant { get; init; } = 12;
    /// <summary>Allocations of all together.</summary>
    public int InAll { get; init; } = 1000;
    /// <summary>Bits a second that one allocation may carry, each way. A call of six with a shared screen takes ten million.</summary>
    public long BitsPerSecond { get; init; } = 12_000_000;
    /// <summary>Answers a second to datagrams that prove nothing, of one IPv4 address or IPv6 /64.</summary>
    public int AnswersOfOneAddress { get; init; } = 20;
    /// <summary>And of all together: seventy bytes each, so that whoever sends under false addresses gains nothing by it.</summary>
    public int AnswersInAll { get; init; } = 1000;
}

namespace FirstRing.Media.Router.Transport;

/// <summary>How many TCP connections one worker keeps. Those that have not proved themselves are few and short-lived.</summary>
internal sealed record TcpLimits
{
    public int InAll { get; init; } = 2048;

    /// <summary>Of one IPv4 address or IPv6 /64: a whole clinic may sit behind it, with a connection or two for each page.</summary>
    public int OfOneAddress { get; init; } = 128;

    public int Unproved { get; init; } = 256;

    public int UnprovedOfOneAddress { get; init; } = 32;

    /// <summary>Time until the first check (µs).</summary>
    public long Patience { get; init; } = 5_000_000;
}

namespace FirstRing.Bench.Networks;

/// <summary>A beep as its page made it, and as it began to be heard on the other (ms since 1970, one machine's clock).</summary>
internal sealed record Beep(double T, double Hz);

/// <summary>A page's counters at a moment.</summary>
internal sealed record Sample
{
    public double T { get; init; }
    public string State { get; init; } = "";
    public double AudioPackets { get; init; }
    public double AudioLost { get; init; }
    public double ConcealedSamples { get; init; }
    public double SilentConcealedSamples { get; init; }
    public double TotalSamplesReceived { get; init; }
    public double JitterBufferDelay { get; init; }
    public double JitterBufferEmittedCount { get; init; }
    public double FecPacketsReceived { get; init; }
    public double Frames { get; init; }
    public double Freezes { get; init; }
    public double Frozen { get; init; }
    public double VideoBytes { get; init; }
    public double SentBytes { get; init; }
    public double Height { get; init; }
    public double Nacks { get; init; }
    /// <summary>Seconds for which the machine, not the line, kept this page's own picture small.</summary>
    public double Starved { get; init; }
}

/// <summary>All that one page heard and saw.</summary>
internal sealed record Seen(IReadOnlyList<Beep> Beeps, IReadOnlyList<Beep> Onsets, IReadOnlyList<double> Frames, IReadOnlyList<Sample> Samples, int Reopened);

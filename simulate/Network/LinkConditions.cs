namespace FirstRing.Simulate.Network;

/// <summary>What one direction of a path does to packets.</summary>
public sealed record LinkConditions
{
    /// <summary>How fast it carries (bit/s), 0 for no limit.</summary>
    public long BitsPerSecond { get; init; }
    /// <summary>What may wait before the bottleneck (bytes); what comes beyond it is dropped.</summary>
    public int QueueBytes { get; init; } = 64_000;
    /// <summary>Time on the way (µs).</summary>
    public long Delay { get; init; }
    /// <summary>So much more or less of it, evenly, each packet for itself, never overtaking (µs).</summary>
    public long Jitter { get; init; }
    /// <summary>The share that goes astray and comes later than those behind it.</summary>
    public double ReorderShare { get; init; }
    /// <summary>How much later (µs).</summary>
    public long ReorderDelay { get; init; } = 20_000;
    /// <summary>Loss behind the bottleneck, as on the air: what is lost has taken its room.</summary>
    public Loss Loss { get; init; }
    /// <summary>Nothing comes through.</summary>
    public bool IsHole { get; init; }
}

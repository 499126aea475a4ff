namespace FirstRing.Simulate.Network;

/// <summary>Both directions of a path, seen from who is on it: what it is sent, and what it sends.</summary>
public sealed record PathConditions(LinkConditions Down, LinkConditions Up)
{
    /// <summary>The path is gone.</summary>
    public PathConditions Gone => new(Down with { IsHole = true }, Up with { IsHole = true });
}

/// <summary>A named path and what becomes of it in time. The names are those of docs/media/bandwidth.md.</summary>
public sealed record Profile(string Name, IReadOnlyList<(long At, PathConditions Path)> Course)
{
    const long Second = 1_000_000;

    static readonly PathConditions Lte = new(
        new() { BitsPerSecond = 12_000_000, QueueBytes = 200_000, Delay = 25_000, Jitter = 8_000, Loss = Loss.Even(0.002) },
        new() { BitsPerSecond = 5_000_000, QueueBytes = 100_000, Delay = 25_000, Jitter = 8_000, Loss = Loss.Even(0.002) });
    static readonly PathConditions ThirdGeneration = new(
        new() { BitsPerSecond = 1_600_000, QueueBytes = 100_000, Delay = 75_000, Jitter = 15_000, Loss = Loss.Even(0.005) },
        new() { BitsPerSecond = 750_000, QueueBytes = 50_000, Delay = 75_000, Jitter = 15_000, Loss = Loss.Even(0.005) });
    static readonly PathConditions SlowThirdGeneration = new(
        new() { BitsPerSecond = 400_000, QueueBytes = 50_000, Delay = 200_000, Jitter = 20_000, Loss = Loss.Even(0.01) },
        new() { BitsPerSecond = 400_000, QueueBytes = 50_000, Delay = 200_000, Jitter = 20_000, Loss = Loss.Even(0.01) });
    static readonly PathConditions Wifi = new(
        new() { BitsPerSecond = 20_000_000, QueueBytes = 250_000, Delay = 35_000, Jitter = 30_000, Loss = Loss.Bursts(0.01, 4) },
        new() { BitsPerSecond = 8_000_000, QueueBytes = 100_000, Delay = 35_000, Jitter = 30_000, Loss = Loss.Bursts(0.01, 4) });

    /// <summary>400 kbit/s, 200 ms each way.</summary>
    public static Profile Slow3G { get; } = new("slow-3G", [(0, SlowThirdGeneration)]);
    /// <summary>1.6 Mbit/s down, 750 kbit/s up, 75 ms each way.</summary>
    public static Profile ThreeG { get; } = new("3G", [(0, ThirdGeneration)]);
    /// <summary>12 Mbit/s down, 5 Mbit/s up, 25 ms each way.</summary>
    public static Profile LTE { get; } = new("LTE", [(0, Lte)]);
    /// <summary>A crowded clinic's Wi-Fi: wide, 5 to 65 ms each way, losses in bursts.</summary>
    public static Profile ClinicWifi { get; } = new("clinic Wi-Fi", [(0, Wifi)]);
    /// <summary>Out of the door: Wi-Fi, three seconds of nothing, LTE.</summary>
    public static Profile Handoff { get; } = new("handoff", [(0, Wifi), (12 * Second, Wifi.Gone), (15 * Second, Lte)]);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Profile> All { get; } = [Slow3G, ThreeG, LTE, ClinicWifi, Handoff];
}

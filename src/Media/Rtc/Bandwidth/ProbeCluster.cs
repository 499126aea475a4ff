namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>A few packets sent faster than the target, to see whether they arrive so.</summary>
/// <param name="Id">Told to <see cref="SendSideEstimate.OnSent"/> with each of its packets; never 0.</param>
/// <param name="BitsPerSecond">How fast they leave.</param>
/// <param name="Lasts">For how long (µs): the longer, the more the path's jitter would hide.</param>
public readonly record struct ProbeCluster(byte Id, long BitsPerSecond, long Lasts = ProbeCluster.Shortest)
{
    /// <summary>Fewer packets say nothing.</summary>
    public const int LeastPackets = 6;
    /// <summary>On a calm path (µs).</summary>
    public const long Shortest = 15_000;
    /// <summary>On a restless one (µs).</summary>
    public const long Longest = 60_000;

    /// <summary>Bytes it takes.</summary>
    public int LeastBytes => (int)long.Max(LeastPackets * 200, BitsPerSecond * Lasts / 8_000_000);
}

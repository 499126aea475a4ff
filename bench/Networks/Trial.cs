using FirstRing.Simulate.Network;
using FirstRing.Simulate.Relay;

namespace FirstRing.Bench.Networks;

/// <summary>What happens to the line, so many seconds after the figures begin.</summary>
internal sealed record Turn(double At, PathConditions? Path = null, bool Rebinds = false)
{
    public void Do(UdpRelay line)
    {
        if (Path is not null) line.Change(Path);
        if (Rebinds) line.Rebind();
    }
}

/// <summary>What issue 4 asks, in both directions; null where it asks nothing.</summary>
internal sealed record Bar(double? ConcealedPercent = null, double? MouthToEarP95 = null, double? FreezeS = null, double? AudioGapS = null, double? AudioBackS = null, double? VideoBackS = null);

/// <summary>
/// A patient's line and its course. <paramref name="AudioFrom"/>: the moments from which the time until sound is back counts; <paramref name="Thin"/>: from when
/// to when the line is thin, where the time until the picture is back counts.
/// </summary>
internal sealed record Trial(string Name, PathConditions Path, Bar Bar)
{
    public IReadOnlyList<Turn> Course { get; init; } = [];
    public IReadOnlyList<double> AudioFrom { get; init; } = [];
    public (double From, double To)? Thin { get; init; }
    public double Seconds { get; init; } = 45;

    private static readonly PathConditions Plain = Both(new LinkConditions { Delay = 20_000 });
    private static readonly PathConditions Broad = Both(new LinkConditions { BitsPerSecond = 3_000_000, QueueBytes = 60_000, Delay = 40_000 });
    private static readonly PathConditions Narrow = Both(new LinkConditions { BitsPerSecond = 300_000, QueueBytes = 30_000, Delay = 40_000 });

    public static IReadOnlyList<Trial> All { get; } =
    [
        new("clean", Plain, new()),
        new("random", Both(new LinkConditions { Delay = 50_000, Loss = Loss.Even(0.1) }), new(ConcealedPercent: 2, MouthToEarP95: 200, FreezeS: 1)),
        new("bursty", Both(new LinkConditions { Delay = 50_000, Loss = Loss.Bursts(0.1, 4) }), new(ConcealedPercent: 5)),
        new("slow-3G", Profile.Slow3G.Course[0].Path, new(ConcealedPercent: 5)),
        new("step", Broad, new(AudioGapS: 1, VideoBackS: 10)) { Course = [new(10, Narrow), new(25, Broad)], Thin = (10, 25), Seconds = 48 },
        new("rebind", Plain, new(AudioBackS: 3)) { Course = [new(6, Rebinds: true), new(19, Rebinds: true), new(32, Rebinds: true)], AudioFrom = [6, 19, 32] },
        new("hole", Plain, new(AudioBackS: 2)) { Course = [new(6, Plain.Gone), new(9, Plain), new(25, Plain.Gone), new(28, Plain)], AudioFrom = [9, 28] },
    ];

    // As it is sent and as it is received; the seeds of the two differ.
    private static PathConditions Both(LinkConditions way) => new(way, way);
}

using System.Collections.Concurrent;
using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Tests.Rtc.Bandwidth.Simulated;
using static FirstRing.Tests.Rtc.Bandwidth.Simulated.Figures;

namespace FirstRing.Tests.Rtc.Bandwidth;

/// <summary>A thousand paths that nobody thought of, each from a seed, and what must hold on all of them. A seed that once failed has a test of its own.</summary>
public sealed class SeedTests
{
    [Fact]
    public void What_must_hold_holds_on_a_thousand_paths()
    {
        var used = new double[Slow.All ? 20_000 : 1_000];
        var faults = new ConcurrentBag<string>();
        Parallel.For(0, used.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var path = new RandomPath((ulong)seed);
            var course = path.Run();
            foreach (var fault in Faults(path, course, seed % 20 == 0)) faults.Add($"seed {seed} ({path}): {fault}");
            used[seed] = path.Used(course);
        });
        Assert.Empty(faults);
        Array.Sort(used);
        Say($"{used.Length} seeds: of the path used in the last seconds p5 {used[used.Length / 20]:P0}, p50 {used[used.Length / 2]:P0}, p95 {used[used.Length * 19 / 20]:P0}");
        Assert.InRange(used[used.Length / 2], 0.7, 1);
        Assert.InRange(used[used.Length / 20], 0.15, 1);
    }

    // Whoever came late took a full buffer for the path, and small packets still found room in it: counted by packets, loss was never heavy.
    [Fact]
    public void Seed_4073_a_latecomer_leaves_a_full_buffer_to_empty() => Holds(4073);

    static void Holds(ulong seed)
    {
        var path = new RandomPath(seed);
        Assert.Empty(Faults(path, path.Run(), twice: true));
    }

    static IEnumerable<string> Faults(RandomPath path, Course course, bool twice)
    {
        for (var flow = 0; flow < path.Flows; flow++)
        {
            var (sender, samples) = (course[flow].Sender, course[flow].Samples);
            if (samples.FirstOrDefault(sample => sample.Target is < SendSideEstimate.LeastRate or > SendSideEstimate.MostRate) is { At: > 0 } strange)
                yield return $"{flow}: a target of {strange.Target} at {strange.At}";
            if (sender.LongestWait > Pacer<int>.LongestWait + 100_000) yield return $"{flow}: something waited {sender.LongestWait / 1000} ms in the pacer";
            if (sender.Dropped > 0) yield return $"{flow}: {sender.Dropped} packets found the pacer full";
            // Rings grow with the rate; what a packet cost would be ten times that.
            if (sender.AllocatedBytes > 300_000) yield return $"{flow}: {sender.AllocatedBytes} bytes allocated for {sender.Packets} packets";
            if (course[flow].LongestWaitOver(500_000) is > 4 and var stood) yield return $"{flow}: a queue of half a second stood {stood} s";
        }
        if (twice && new RandomPath(path.Seed).Run()[0].Receiver.Trace != course[0].Receiver.Trace) yield return "another course the second time";
    }
}

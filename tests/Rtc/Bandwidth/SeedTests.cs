using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Simulate.Network;
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
        Parallel.For(0, used.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed => used[seed] = Hold((ulong)seed));
        Array.Sort(used);
        Say($"{used.Length} seeds: of the path used in the last seconds p5 {used[used.Length / 20]:P0}, p50 {used[used.Length / 2]:P0}, p95 {used[used.Length * 19 / 20]:P0}");
        Assert.InRange(used[used.Length / 2], 0.7, 1);
        Assert.InRange(used[used.Length / 20], 0.15, 1);
    }

    // Runs a seed's path and returns which share of it was used in its last two seconds.
    static double Hold(ulong seed)
    {
        var path = new RandomPath(seed);
        var course = path.Run();
        for (var flow = 0; flow < path.Flows; flow++)
        {
            var sender = course[flow].Sender;
            var said = $"seed {seed}, flow {flow} ({path})";
            Assert.True(course[flow].Samples.All(sample => sample.Target is >= SendSideEstimate.LeastRate and <= SendSideEstimate.MostRate), said);
            Assert.True(sender.LongestWait <= Pacer<int>.LongestWait + 100_000, $"{said}: something waited {sender.LongestWait / 1000} ms in the pacer");
            Assert.True(sender.Dropped == 0, $"{said}: {sender.Dropped} packets found the pacer full");
            // Rings that grow with the rate; what a packet costs would be ten times that.
            Assert.True(sender.AllocatedBytes < 300_000, $"{said}: {sender.AllocatedBytes} bytes allocated for {sender.Packets} packets");
            Assert.True(course[flow].LongestWaitOver(500_000) <= 4, $"{said}: a queue of half a second stood {course[flow].LongestWaitOver(500_000)} s");
        }
        if (seed % 20 == 0) Assert.Equal(course[0].Receiver.Trace, new RandomPath(seed).Run()[0].Receiver.Trace);
        return path.Used(course);
    }
}

using FirstRing.Simulate.Network;

namespace FirstRing.Tests.Rtc.Network;

/// <summary>The simulated network does what its words say: the figures of every scenario rest on it.</summary>
public sealed class LinkTests
{
    [Fact]
    public void A_bottleneck_carries_its_rate_and_no_more()
    {
        var link = new Link<int>(new LinkConditions { BitsPerSecond = 1_000_000, Delay = 10_000 }, 1);
        for (var i = 0; i < 50; i++) link.Send(i, 1_250, 0); // 10 ms each
        Assert.Equal(500_000, link.Wait(0));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (i, 20_000L + i * 10_000)), Take(link));
    }

    [Fact]
    public void What_the_queue_has_no_room_for_is_dropped_at_its_tail()
    {
        var link = new Link<int>(new LinkConditions { BitsPerSecond = 1_000_000, QueueBytes = 10_000 }, 1);
        for (var i = 0; i < 12; i++) link.Send(i, 1_250, 0);
        Assert.Equal((12, 4, 10_000), (link.Entered, link.Overflowed, link.Queued));
        Assert.Equal(Enumerable.Range(0, 8), Take(link).Select(one => one.Item));
    }

    [Fact]
    public void What_waits_when_the_rate_changes_is_carried_at_the_new_rate()
    {
        var conditions = new LinkConditions { BitsPerSecond = 1_000_000 };
        var link = new Link<int>(conditions, 1);
        for (var i = 0; i < 3; i++) link.Send(i, 1_250, 0);
        link.Change(conditions with { BitsPerSecond = 100_000 }, 15_000);
        // Half of the second one had been carried.
        Assert.Equal([(0, 10_000L), (1, 65_000L), (2, 165_000L)], Take(link));
    }

    [Theory]
    [InlineData(0.1, 1), InlineData(0.1, 5), InlineData(0.3, 3)]
    public void Losses_have_their_share_and_their_bursts_their_length(double share, double length)
    {
        var link = new Link<int>(new LinkConditions { Loss = length == 1 ? Loss.Even(share) : Loss.Bursts(share, length) }, 5);
        const int count = 200_000;
        for (var i = 0; i < count; i++) link.Send(i, 100, i);
        var arrived = Take(link).Select(one => one.Item).ToHashSet();
        var bursts = Enumerable.Range(1, count - 1).Count(i => !arrived.Contains(i) && arrived.Contains(i - 1));
        Assert.Equal(share, (double)link.Lost / count, 0.01);
        Assert.Equal(length == 1 ? 1 / (1 - share) : length, (double)link.Lost / bursts, length * 0.05);
    }

    [Fact]
    public void Jitter_never_overtakes_and_reordering_does()
    {
        var link = new Link<int>(new LinkConditions { Delay = 40_000, Jitter = 30_000 }, 2);
        for (var i = 0; i < 5_000; i++) link.Send(i, 100, i * 5_000L);
        var calm = Take(link);
        Assert.Equal(calm.Select(one => one.Item).Order(), calm.Select(one => one.Item));
        Assert.All(calm, one => Assert.InRange(one.At - one.Item * 5_000L, 10_000, 70_000));
        Assert.True(calm.Max(one => one.At - one.Item * 5_000L) - calm.Min(one => one.At - one.Item * 5_000L) > 50_000);

        link.Change(new LinkConditions { Delay = 40_000, ReorderShare = 0.1 }, 30_000_000);
        for (var i = 0; i < 5_000; i++) link.Send(i, 100, 30_000_000 + i * 5_000L);
        var stray = Take(link, 30_000_000);
        Assert.Equal(0.1, stray.Zip(stray.Skip(1)).Count(pair => pair.Second.Item < pair.First.Item) / 5_000.0, 0.03);
    }

    [Fact]
    public void Nothing_comes_out_of_a_hole_but_what_was_through_already()
    {
        var conditions = new LinkConditions { BitsPerSecond = 1_000_000, Delay = 20_000 };
        var link = new Link<int>(conditions, 1);
        for (var i = 0; i < 4; i++) link.Send(i, 1_250, 0);
        link.Change(conditions with { IsHole = true }, 25_000);
        link.Send(4, 1_250, 26_000);
        link.Change(conditions, 100_000);
        link.Send(5, 1_250, 100_000);
        Assert.Equal([0, 1, 5], Take(link, 100_000).Select(one => one.Item));
        Assert.Equal(3, link.Lost);
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace_and_another_another()
    {
        Assert.Equal(Trace(7), Trace(7));
        Assert.NotEqual(Trace(7), Trace(8));
        // The generator is our own: a seed found today is the same path after an upgrade.
        Assert.Equal(0xE220A8397B1DCDAF, new Dice(0).Next());
    }

    static List<(int, long)> Trace(ulong seed)
    {
        var link = new Link<int>(new LinkConditions { BitsPerSecond = 2_000_000, Delay = 20_000, Jitter = 9_000, ReorderShare = 0.02, Loss = Loss.Bursts(0.05, 3) }, seed);
        for (var i = 0; i < 1_000; i++) link.Send(i, 1_000, i * 5_000L);
        return Take(link);
    }

    static List<(int Item, long At)> Take(Link<int> link, long from = 0)
    {
        var taken = new List<(int, long)>();
        for (var now = from; now != long.MaxValue; now = link.NextAt)
            while (link.TryTake(now, out var item)) taken.Add((item, now));
        return taken;
    }
}

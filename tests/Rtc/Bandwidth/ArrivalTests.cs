using FirstRing.Media.Rtc.Bandwidth;

namespace FirstRing.Tests.Rtc.Bandwidth;

/// <summary>What arrives, and how long it had to wait.</summary>
public sealed class ArrivalTests
{
    readonly AcknowledgedRate _rate = new();
    readonly StandingQueue _queue = new();

    [Fact]
    public void What_arrives_is_counted_over_half_a_second_and_after_a_change_sooner()
    {
        Arrive(0, 100, 3);
        Assert.Equal(0, _rate.Rate);
        Arrive(100, 2_000, 3);
        Assert.Equal(2_400_000, _rate.Rate, 50_000.0);
        Arrive(2_000, 2_300, 30);
        Assert.Equal(240_000, _rate.Recent, 40_000.0);
        Assert.InRange(_rate.Rate, 1_000_000, 2_000_000);
        Arrive(2_300, 2_420, 3);
        Assert.Equal(2_400_000, _rate.Recent, 100_000.0);
    }

    [Fact]
    public void A_pause_says_nothing_of_the_path()
    {
        Arrive(0, 1_000, 3);
        Arrive(2_000, 2_080, 3);
        Assert.Equal(0, _rate.Rate);
        Arrive(2_080, 2_600, 3);
        Assert.Equal(2_400_000, _rate.Rate, 60_000.0);
    }

    [Fact]
    public void What_lost_reports_would_have_told_is_filled_in()
    {
        // Each second tenth of a second is not told of: 100 ms at 2.4 Mbit/s.
        for (var at = 0; at < 3_000; at += 200)
        {
            if (at > 0) _rate.AddUntold(30_000, (at * 1_000L) - 1);
            Arrive(at, at + 100, 3);
        }
        Assert.Equal(2_400_000, _rate.Rate, 120_000.0);
    }

    [Fact]
    public void A_queue_is_seen_to_stand_through_jitter_and_the_clocks_need_not_agree()
    {
        var random = new Random(1);
        long Jitter() => random.NextInt64(30_000);
        for (var at = 0L; at < 5_000_000; at += 5_000) _queue.Add(at, at + 9_000_000_000 + Jitter());
        Assert.InRange(_queue.Wait, 0, 5_000);
        for (var at = 5_000_000L; at < 6_000_000; at += 5_000) _queue.Add(at, at + 9_000_000_000 + 200_000 + Jitter());
        Assert.InRange(_queue.Wait, 195_000, 210_000);
        for (var at = 6_000_000L; at < 6_300_000; at += 5_000) _queue.Add(at, at + 9_000_000_000 + 50_000 + Jitter());
        Assert.InRange(_queue.Wait, 45_000, 60_000);
        _queue.Rebase();
        Assert.Equal(0, _queue.Wait);
    }

    [Fact]
    public void A_longer_path_is_the_path_after_half_a_minute()
    {
        for (var at = 0L; at < 1_000_000; at += 10_000) _queue.Add(at, at + 20_000);
        for (var at = 1_000_000L; at < 40_000_000; at += 10_000) _queue.Add(at, at + 90_000);
        Assert.Equal(0, _queue.Wait);
    }

    // 900 bytes every so many milliseconds.
    void Arrive(int from, int until, int every)
    {
        for (var at = from; at < until; at += every) _rate.Add(900, at * 1_000L);
    }
}

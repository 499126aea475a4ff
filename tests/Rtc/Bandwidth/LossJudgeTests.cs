using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Simulate.Network;

namespace FirstRing.Tests.Rtc.Bandwidth;

/// <summary>Loss that follows the rate is told from loss that does not, on two hundred seeds each.</summary>
public sealed class LossJudgeTests
{
    const double Mean = 1_000_000;

    [Theory]
    [InlineData(0.05, 1, 10), InlineData(0.1, 1, 10), InlineData(0.2, 1, 10), InlineData(0.1, 6, 50), InlineData(0.05, 12, 50)]
    public void A_path_that_drops_at_any_rate_is_not_slowed_down_for(double share, double burst, int most)
    {
        var cuts = Enumerable.Range(0, 200).Count(seed => FirstCut(seed, burst == 1 ? Loss.Even(share) : Loss.Bursts(share, burst), double.PositiveInfinity).At > 0);
        // One cut in twenty seconds is counted; chance looks like anything once in a while, and bursts more often.
        Assert.InRange(cuts, 0, most);
    }

    [Theory]
    [InlineData(0), InlineData(0.08)]
    public void A_path_that_drops_what_is_too_much_is_found_out_with_what_it_carries(double share)
    {
        var cuts = Enumerable.Range(0, 200).Select(seed => FirstCut(seed, Loss.Even(share), 0.9 * Mean)).ToList();
        Assert.All(cuts, cut => Assert.InRange(cut.At, 0.2, 15));
        var rates = cuts.Select(cut => cut.Rate).Order().ToList();
        Assert.InRange(rates[100], 0.75 * Mean, 0.9 * Mean);
        Assert.InRange(rates[10], 0.6 * Mean, 0.9 * Mean);
    }

    [Fact]
    public void Half_of_everything_lost_is_too_much_whatever_the_reason() =>
        Assert.All(Enumerable.Range(0, 50), seed => Assert.InRange(FirstCut(seed, Loss.Even(0.5), double.PositiveInfinity).At, 0.2, 2.5));

    [Fact]
    public void What_arrives_after_all_was_not_lost()
    {
        var judge = new LossJudge();
        for (var i = 0; i < 2_000; i++)
        {
            var at = i * 10_000L;
            judge.Add(new PacketResult(i, 1_000, 0, at, 0, false, false, 0), Mean);
            judge.Add(new PacketResult(i, 1_000, 0, at, at + 50_000, true, true, 0), Mean);
        }
        Assert.False(judge.TryTakeCut(out _));
        Assert.InRange(judge.Ratio, 0, 0.05);
    }

    // When (s) the judge first asks for less, and for how much; 0 when not within twenty seconds. What is sent strays by a third from one moment to the next.
    static (double At, double Rate) FirstCut(int seed, Loss loss, double carries)
    {
        var dice = new Dice((ulong)seed + 99);
        var judge = new LossJudge();
        var (bad, rate, now, next, room) = (false, Mean, 0.0, 0.0, 0.0);
        for (var number = 0L; now < 20; number++)
        {
            if (now >= next) (rate, next) = (Mean * (0.7 + 0.6 * dice.Share()), now + 0.5);
            var step = 8_000 / rate;
            now += step;
            // A policer with ten milliseconds of patience.
            room = double.Min(room + carries * step, carries * 0.01 + 8_000);
            bad = bad ? !dice.Falls(loss.ToGood) : dice.Falls(loss.ToBad);
            var arrives = !dice.Falls(bad ? loss.InBad : loss.InGood) && room >= 8_000;
            if (room >= 8_000) room -= 8_000;
            judge.Add(new PacketResult(number, 1_000, 0, (long)(now * 1e6), arrives ? 1 : 0, arrives, false, 0), 1.3 * Mean);
            if (judge.TryTakeCut(out var cut)) return (now, cut);
        }
        return default;
    }
}

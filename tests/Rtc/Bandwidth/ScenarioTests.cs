using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Simulate.Network;
using FirstRing.Tests.Rtc.Bandwidth.Simulated;
using static FirstRing.Tests.Rtc.Bandwidth.Simulated.Figures;

namespace FirstRing.Tests.Rtc.Bandwidth;

/// <summary>Whole paths in virtual time: sender, network, receiver with real RTCP, estimate. docs/media/bandwidth.md holds the figures.</summary>
public sealed class ScenarioTests
{
    const long Second = Course.Second;

    [Theory]
    [InlineData(300_000, 3), InlineData(1_000_000, 3), InlineData(3_000_000, 4)]
    public void A_link_is_filled_within_seconds_and_its_queue_stays_short(long capacity, double seconds)
    {
        var course = Course.Of(Plain(capacity)).Run(40 * Second);
        var took = course[0].TimeTo(0.8 * capacity, 0);
        var share = course[0].Delivered(10 * Second, 40 * Second) / capacity;
        var (half, most) = (course[0].Wait(0.5, 5 * Second), course[0].Wait(0.99, 5 * Second));
        Say($"{Kbit(capacity)}: 80 % after {took:F1} s, then {share:P0}; queue p50 {half:F0} ms, p99 {most:F0} ms");
        Assert.InRange(took, 0, seconds);
        Assert.InRange(share, 0.8, 1);
        Assert.InRange(half, 0, 60);
        Assert.InRange(most, 0, 250);
    }

    [Fact]
    public void A_fall_to_a_tenth_and_back_is_followed()
    {
        var course = Course.Of(Plain(3_000_000)).Then(20 * Second, Plain(300_000)).Then(40 * Second, Plain(3_000_000)).Run(60 * Second);
        var stands = course[0].LongestWaitOver(300_000);
        var thin = course[0].Delivered(25 * Second, 40 * Second) / 300_000;
        var back = course[0].TimeTo(2_400_000, 40 * Second);
        Say($"3 M → 300 k → 3 M: a queue over 300 ms stands {stands:F1} s, {thin:P0} of the thin link, 80 % again after {back:F1} s");
        Assert.InRange(stands, 0, 2);
        Assert.InRange(thin, 0.6, 1);
        Assert.InRange(back, 0, 10);
    }

    [Theory]
    [InlineData(0.05, 0.8), InlineData(0.10, 0.6), InlineData(0.20, 0.5)]
    public void Loss_at_random_does_not_bring_the_rate_down(double loss, double share)
    {
        var course = Course.Of(Plain(1_000_000) with { Loss = Loss.Even(loss) }).Run(60 * Second);
        // What is lost behind the bottleneck has taken its room: of what the link carries so much arrives.
        var used = course[0].Delivered(10 * Second, 60 * Second) / (1 - loss) / 1_000_000;
        Say($"1 M with {loss:P0} loss at random: {used:P0} of the link used, 80 % after {course[0].TimeTo(0.8 * (1 - loss) * 1_000_000, 0):F1} s");
        Assert.InRange(used, share, 1);
    }

    [Fact]
    public void Loss_because_a_buffer_is_short_is_backed_off_from()
    {
        // 48 ms of buffer: delay hardly tells, loss does.
        var course = Course.Of(Plain(1_000_000) with { QueueBytes = 6_000 }).Run(60 * Second);
        var lost = (double)course.Down.Overflowed / course.Down.Entered;
        var share = course[0].Delivered(10 * Second, 60 * Second) / 1_000_000;
        Say($"1 M with a buffer of 48 ms: {share:P0} used, {lost:P1} lost");
        Assert.InRange(share, 0.6, 1);
        Assert.InRange(lost, 0, 0.06);
    }

    [Fact]
    public void Jitter_alone_does_not_bring_the_rate_down()
    {
        var course = Course.Of(new LinkConditions { BitsPerSecond = 3_000_000, Delay = 40_000, Jitter = 30_000 }).Run(40 * Second);
        var share = course[0].Delivered(10 * Second, 40 * Second) / 3_000_000;
        Say($"3 M with ±30 ms of jitter: 80 % after {course[0].TimeTo(2_400_000, 0):F1} s, then {share:P0}");
        Assert.InRange(share, 0.75, 1);
    }

    [Fact]
    public void Jitter_on_a_path_that_is_never_full_cuts_nothing()
    {
        var cuts = 0;
        for (var seed = 1ul; seed <= 10; seed++)
        {
            var samples = Course.Of(new LinkConditions { BitsPerSecond = 50_000_000, Delay = 40_000, Jitter = 30_000 }, seed).Run(20 * Second)[0].Samples;
            cuts += samples.Zip(samples.Skip(1)).Count(pair => pair.Second.Target < 0.9 * pair.First.Target);
        }
        Say($"±30 ms of jitter on a path that is never full: {cuts} cuts in 200 s");
        Assert.InRange(cuts, 0, 10);
    }

    [Fact]
    public void Reports_that_get_lost_are_missed_by_nobody()
    {
        var course = Course.Of(Plain(1_000_000), up: new LinkConditions { Delay = 40_000, Loss = Loss.Bursts(0.3, 3) }).Run(40 * Second);
        var share = course[0].Delivered(10 * Second, 40 * Second) / 1_000_000;
        Say($"1 M, 30 % of the reports lost: 80 % after {course[0].TimeTo(800_000, 0):F1} s, then {share:P0}");
        Assert.InRange(share, 0.8, 1);
    }

    [Fact]
    public void Numbers_wrap_unnoticed()
    {
        var one = Course.Of(Plain(1_000_000)).Run(20 * Second);
        var other = Course.Of(Plain(1_000_000), firstNumber: 65_000).Run(20 * Second);
        Assert.True(other[0].Sender.Packets > 1_000);
        Assert.Equal(one[0].Samples, other[0].Samples);
    }

    [Fact]
    public void A_hole_of_three_seconds_is_come_out_of()
    {
        var course = Course.Of(Plain(1_000_000)).Then(15 * Second, Plain(1_000_000) with { IsHole = true }).Then(18 * Second, Plain(1_000_000)).Run(30 * Second);
        var least = course[0].Between(15 * Second, 18 * Second).Min(sample => sample.Target);
        var back = course[0].TimeTo(800_000, 18 * Second);
        Say($"a hole of 3 s: backed off to {Kbit(least)}, 80 % again {back:F1} s after it");
        Assert.InRange(least, 0, 400_000);
        // What was lost in the hole is not held against the path.
        Assert.DoesNotContain(course[0].Between(18 * Second, 20 * Second), sample => sample.Reason == TargetReason.Loss);
        Assert.InRange(back, 0, 3);
    }

    [Theory]
    [InlineData(0), InlineData(10)]
    public void Two_share_a_link(int secondStartsAfter)
    {
        var course = Course.Of(Plain(2_000_000));
        course.Add(startsAt: secondStartsAfter * Second);
        course.Run(100 * Second);
        var (first, second) = (course[0].Delivered(40 * Second, 100 * Second), course[1].Delivered(40 * Second, 100 * Second));
        var jain = (first + second) * (first + second) / (2 * (first * first + second * second));
        Say($"two on 2 M, the second after {secondStartsAfter} s: {Kbit(first)} and {Kbit(second)}, Jain {jain:F3}; queue p50 {course[0].Wait(0.5, 20 * Second):F0} ms");
        Assert.InRange(jain, 0.9, 1);
        Assert.InRange(first + second, 1_500_000, 2_000_000);
    }

    [Fact]
    public void Others_who_heed_nothing_are_made_room_for()
    {
        var course = Course.Of(Plain(1_500_000)).Crowd(10 * Second, 1_000_000).Crowd(30 * Second, 0).Run(45 * Second);
        var beside = course[0].Delivered(15 * Second, 30 * Second);
        var back = course[0].TimeTo(1_200_000, 30 * Second);
        Say($"1 M of others' traffic on 1.5 M: {Kbit(beside)} beside it, queue p95 {course[0].Wait(0.95, 12 * Second):F0} ms; 80 % again {back:F1} s after it ends");
        Assert.InRange(beside, 300_000, 510_000);
        Assert.InRange(course[0].LongestWaitOver(200_000, 12 * Second), 0, 1);
        Assert.InRange(back, 0, 12);
    }

    [Fact]
    public void Who_sends_little_learns_by_probes_what_could_be_sent()
    {
        var course = Course.Of(Plain(3_000_000), mostVideo: 400_000).Run(30 * Second);
        var known = course[0].Sender.Estimate.Target;
        Say($"400 kbit/s of video on 3 M: {Kbit(known)} known");
        Assert.InRange(known, 1_500_000, 3_200_000);
        course[0].Sender.MostVideo = 20_000_000;
        course.Run(40 * Second);
        Assert.InRange(course[0].Delivered(31 * Second, 34 * Second), 2_100_000, 3_000_000);
        Assert.InRange(course[0].LongestWaitOver(300_000), 0, 0.5);
    }

    [Fact]
    public void Every_profile_carries_a_call()
    {
        foreach (var profile in Profile.All)
        {
            var course = Course.Of(profile.Course[0].Path.Down, up: profile.Course[0].Path.Up);
            foreach (var (at, path) in profile.Course.Skip(1)) course.Then(at, Change(path, at));
            course.Run(30 * Second);
            var capacity = long.Min(profile.Course[^1].Path.Down.BitsPerSecond, 10_000_000);
            var delivered = course[0].Delivered(22 * Second, 30 * Second);
            var thick = course[0].TimeTo(double.Min(0.8 * capacity, 1_200_000), 0);
            Say($"{profile.Name}: a thick picture after {thick:F1} s, then {Kbit(delivered)} ({delivered / capacity:P0}); queue p95 {course[0].Wait(0.95, 5 * Second):F0} ms");
            Assert.InRange(delivered, double.Min(0.6 * capacity, 2_500_000), 1.02 * capacity);
            Assert.InRange(thick, 0, 8);
        }
    }

    internal static LinkConditions Plain(long capacity) => new() { BitsPerSecond = capacity, Delay = 40_000, QueueBytes = 50_000 };

    static Action<Course> Change(PathConditions path, long at) => course =>
    {
        course.Down.Change(path.Down, at);
        course[0].Back.Change(path.Up, at);
    };
}

using System.Diagnostics;
using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Tests.Rtc.Bandwidth.Simulated;
using static FirstRing.Tests.Rtc.Bandwidth.ScenarioTests;

namespace FirstRing.Tests.Rtc.Bandwidth;

public sealed class EstimateTests
{
    const long Second = Course.Second;
    readonly byte[] _buffer = new byte[1200];
    readonly ArrivalLog _arrivals = new();
    readonly SendSideEstimate _estimate = new();
    long _now = Second;

    [Fact]
    public void It_starts_low_and_probes_three_and_six_times_as_fast()
    {
        Assert.Equal((300_000, TargetReason.Start), (_estimate.Target, _estimate.Reason));
        Assert.False(_estimate.TryTakeProbe(out _));
        _estimate.OnSent(100, 0, _now);
        Assert.True(_estimate.TryTakeProbe(out var first));
        Assert.True(_estimate.TryTakeProbe(out var second));
        Assert.Equal((900_000, 1_800_000), (first.BitsPerSecond, second.BitsPerSecond));
        Assert.NotEqual(first.Id, second.Id);
        Assert.False(_estimate.TryTakeProbe(out _));
    }

    [Fact]
    public void Nothing_is_allocated_for_a_packet_sent_or_a_report_heard()
    {
        Assert.Equal(0, Allocations.Of(Tick, 2_000));
        Assert.NotEqual(TargetReason.Start, _estimate.Reason);
    }

    [Fact]
    public void What_a_packet_costs()
    {
        for (var i = 0; i < 2_000; i++) Tick();
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 5_000; i++) Tick();
        var cost = Stopwatch.GetElapsedTime(began).TotalNanoseconds / 50_000;
        // Debug build, whatever else runs on the machine: an order of magnitude, not a promise.
        Figures.Say($"sent, noted, reported and judged: {cost:F0} ns a packet in a debug build");
        Assert.InRange(cost, 0, 50_000);
    }

    [Fact]
    public void The_target_keeps_to_its_bounds_and_names_them()
    {
        _estimate.LimitTo(500_000);
        for (var i = 0; i < 500; i++) Tick();
        Assert.Equal(500_000, _estimate.Target);
        Assert.Equal(TargetReason.Ceiling, _estimate.Reason);
        _estimate.LimitTo(0);
        for (var i = 0; i < 20; i++) Tick();
        Assert.Equal((SendSideEstimate.LeastRate, TargetReason.Floor), (_estimate.Target, _estimate.Reason));
    }

    [Fact]
    public void Silence_holds_then_backs_off_step_by_step()
    {
        for (var i = 0; i < 200; i++) Tick();
        _now += 10_000;
        var target = _estimate.Target;
        _estimate.OnSent(1_200, 0, _now);
        Assert.Equal(_now + 500_000, _estimate.NextDeadline);
        _estimate.Advance(_now + 500_000);
        Assert.Equal((target, TargetReason.Silence), (_estimate.Target, _estimate.Reason));
        _estimate.Advance(_now + 1_000_000);
        Assert.Equal(target * 3 / 4, _estimate.Target, 10.0);
        for (var i = 0; i < 100; i++) _estimate.Advance(_now + 1_250_000 + i * 250_000);
        Assert.Equal(SendSideEstimate.LeastRate, _estimate.Target);
    }

    [Fact]
    public void Each_bound_is_named_where_it_binds()
    {
        Assert.Contains(Course.Of(Plain(300_000)).Run(10 * Second)[0].Samples, sample => sample.Reason == TargetReason.Delay);
        Assert.Contains(Course.Of(Plain(1_000_000) with { QueueBytes = 4_000 }).Run(10 * Second)[0].Samples, sample => sample.Reason == TargetReason.Loss);
        Assert.Contains(Course.Of(Plain(3_000_000)).Then(5 * Second, Plain(300_000)).Run(7 * Second)[0].Samples, sample => sample.Reason == TargetReason.Queue);
        Assert.Contains(Course.Of(Plain(3_000_000), mostVideo: 200_000).Run(5 * Second)[0].Samples, sample => sample.Reason == TargetReason.Application);
    }

    // A twentieth of a second: packets leave, arrive 30 ms later, and are reported.
    void Tick()
    {
        for (var i = 0; i < 10; i++)
        {
            _now += 5_000;
            _arrivals.Add(_estimate.OnSent(300, 0, _now), _now + 30_000);
        }
        var length = _arrivals.Write(_buffer, 1, 2);
        if (!RtcpCompound.TryRead(_buffer.AsSpan(0, length), out var compound)) return;
        foreach (var packet in compound)
            if (TransportFeedback.TryRead(packet, out var feedback))
                _estimate.OnFeedback(feedback, _now + 60_000);
        _estimate.Advance(_now);
        while (_estimate.TryTakeProbe(out _)) { }
    }
}

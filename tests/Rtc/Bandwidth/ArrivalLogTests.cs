using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Rtcp;

namespace FirstRing.Tests.Rtc.Bandwidth;

public sealed class ArrivalLogTests
{
    readonly ArrivalLog _log = new();

    [Fact]
    public void Arrivals_are_reported_once_and_gaps_as_lost()
    {
        Assert.True(_log.Add(65_534, 1_000_000));
        Assert.False(_log.Add(1, 1_003_000));
        Assert.Equal([(65_534, true), (65_535, false), (0, false), (1, true)], Report());
        Assert.Empty(Report());
        Assert.True(_log.Add(2, 1_010_000));
        Assert.Equal([(2, true)], Report());
    }

    [Fact]
    public void What_was_lost_just_before_a_report_begins_is_told_too()
    {
        _log.Add(1, 1_000_000);
        Report();
        _log.Add(4, 1_050_000);
        Assert.Equal([(2, false), (3, false), (4, true)], Report());
    }

    [Fact]
    public void What_comes_after_it_was_called_lost_is_reported_again()
    {
        _log.Add(10, 1_000_000);
        _log.Add(12, 1_001_000);
        Report();
        _log.Add(11, 1_060_000);
        Assert.Equal([(11, true), (12, true)], Report());
        Assert.False(_log.Add(11, 2_000_000));
        Assert.Empty(Report());
    }

    [Fact]
    public void A_report_is_bounded_and_the_rest_follows()
    {
        for (ushort number = 0; number < 900; number++) _log.Add(number, 1_000_000 + number * 40_000L);
        var reported = 0;
        var reports = 0;
        while (_log.HasNews && reports++ < 20)
        {
            var buffer = new byte[1200];
            var length = _log.Write(buffer, 1, 2);
            Assert.InRange(length, 20, 1200);
            Assert.True(RtcpCompound.TryRead(buffer.AsSpan(0, length), out var compound));
            foreach (var packet in compound)
            {
                Assert.True(TransportFeedback.TryRead(packet, out var feedback));
                foreach (var status in feedback) reported += status.Received ? 1 : 0;
            }
        }
        Assert.Equal(900, reported);
        Assert.InRange(reports, 4, 10);
    }

    [Fact]
    public void A_jump_of_any_size_and_silence_of_any_length_are_survived()
    {
        var random = new Random(3);
        var now = 1_000_000L;
        for (var i = 0; i < 3000; i++)
        {
            now += random.NextInt64(random.Next(10) == 0 ? 20_000_000 : 10_000);
            _log.Add((ushort)random.Next(65536), now);
            if (i % 7 == 0) Report();
        }
        for (var i = 0; i < 20 && _log.HasNews; i++) Report();
        Assert.False(_log.HasNews);
    }

    [Fact]
    public void Times_are_kept_to_a_quarter_of_a_millisecond()
    {
        for (ushort number = 0; number < 20; number++) _log.Add(number, 5_000_000_000 + number * 7_250L);
        var buffer = new byte[1200];
        var length = _log.Write(buffer, 1, 2);
        Assert.True(RtcpCompound.TryRead(buffer.AsSpan(0, length), out var compound));
        var times = new List<long>();
        foreach (var packet in compound)
        {
            Assert.True(TransportFeedback.TryRead(packet, out var feedback));
            foreach (var status in feedback) times.Add(status.Microseconds);
        }
        Assert.Equal(Enumerable.Repeat(7_250L, 19), times.Zip(times.Skip(1), (before, after) => after - before));
    }

    List<(int, bool)> Report()
    {
        var statuses = new List<(int, bool)>();
        var buffer = new byte[1200];
        var length = _log.Write(buffer, 1, 2);
        if (length == 0) return statuses;
        Assert.True(RtcpCompound.TryRead(buffer.AsSpan(0, length), out var compound));
        foreach (var packet in compound)
        {
            Assert.True(TransportFeedback.TryRead(packet, out var feedback));
            foreach (var status in feedback) statuses.Add((status.Sequence, status.Received));
        }
        return statuses;
    }
}

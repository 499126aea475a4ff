using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Rtcp;

namespace FirstRing.Tests.Rtc.Bandwidth;

public sealed class SentLogTests
{
    readonly SentLog _log = new(65_530);

    [Fact]
    public void Each_packet_is_told_of_once_with_what_it_was()
    {
        for (var i = 0; i < 20; i++) Assert.Equal((ushort)(65_530 + i), _log.Add(100 + i, (byte)i, 1_000 + i));
        Assert.True(_log.TryMatch(new TransportStatus(65_535, true, 70_000), out var packet));
        Assert.Equal((105, 5, 1_005L, true, false), (packet.Bytes, packet.Cluster, packet.SentAt, packet.Arrived, packet.WasLost));
        var first = packet.ArrivedAt;
        Assert.True(_log.TryMatch(new TransportStatus(2, true, 71_000), out packet));
        Assert.Equal((108, first + 1_000), (packet.Bytes, packet.ArrivedAt));
        Assert.False(_log.TryMatch(new TransportStatus(2, true, 72_000), out _));
        Assert.False(_log.TryMatch(new TransportStatus(2, false, 0), out _));
    }

    [Fact]
    public void What_was_lost_may_still_arrive_and_what_was_never_sent_is_not_believed()
    {
        _log.Add(100, 0, 1);
        Assert.True(_log.TryMatch(new TransportStatus(65_530, false, 0), out var packet));
        Assert.Equal((false, false), (packet.Arrived, packet.WasLost));
        Assert.False(_log.TryMatch(new TransportStatus(65_530, false, 0), out _));
        Assert.True(_log.TryMatch(new TransportStatus(65_530, true, 5_000), out packet));
        Assert.Equal((true, true), (packet.Arrived, packet.WasLost));
        Assert.False(_log.TryMatch(new TransportStatus(65_531, true, 5_000), out _));
        Assert.False(_log.TryMatch(new TransportStatus(65_529, true, 5_000), out _));
        Assert.False(_log.TryMatch(new TransportStatus(30_000, true, 5_000), out _));
    }

    [Fact]
    public void Times_go_on_where_their_circle_closes()
    {
        const long circle = (1L << 24) * 64_000;
        for (var i = 0; i < 4; i++) _log.Add(100, 0, i);
        var times = new List<long>();
        foreach (var time in (long[])[circle / 2 - 500, -circle / 2 + 250, circle / 2 - 250, -circle / 2 + 1_000])
        {
            Assert.True(_log.TryMatch(new TransportStatus((ushort)(65_530 + times.Count), true, time), out var packet));
            times.Add(packet.ArrivedAt);
        }
        Assert.Equal([0, 750, 250, 1_500], times.Select(time => time - times[0]));
    }

    // Found by a test of what is built on it: a page whose clock is in the upper half of its circle gave no estimate at all.
    [Fact]
    public void A_clock_below_zero_is_a_clock()
    {
        _log.Add(100, 0, 1);
        Assert.True(_log.TryMatch(new TransportStatus(65_530, true, -400_000_000_000), out var packet));
        Assert.True(packet.ArrivedAt > 0);
    }

    [Fact]
    public void It_holds_three_seconds_and_no_more_than_it_has_room_for()
    {
        for (var i = 0; i < 100_000; i++) _log.Add(1_200, 0, i * 10_000L); // 100 a second
        Assert.Equal(512, _log.Capacity);
        for (var i = 0; i < 100_000; i++) _log.Add(1_200, 0, 1_000_000_000 + i * 100L); // 10,000 a second
        Assert.Equal(8_192, _log.Capacity);
        var last = unchecked((ushort)(65_530 + 199_999));
        Assert.True(_log.TryMatch(new TransportStatus((ushort)(last - 8_191), true, 1), out _));
        Assert.False(_log.TryMatch(new TransportStatus((ushort)(last - 8_192), true, 1), out _));
    }

    [Fact]
    public void Bytes_no_report_told_of_are_told_with_the_next_packet()
    {
        for (var i = 0; i < 10; i++) _log.Add(100, 0, i);
        Assert.True(_log.TryMatch(new TransportStatus(65_530, true, 0), out var packet));
        Assert.Equal(0, packet.Untold);
        Assert.True(_log.TryMatch(new TransportStatus(65_534, true, 0), out packet));
        Assert.Equal(300, packet.Untold);
        Assert.True(_log.TryMatch(new TransportStatus(65_535, true, 0), out packet));
        Assert.Equal(0, packet.Untold);
    }
}

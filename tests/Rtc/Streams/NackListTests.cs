using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Tests.Rtc.Streams;

public sealed class NackListTests
{
    readonly NackList _list = new();
    readonly ushort[] _due = new ushort[64];

    [Fact]
    public void A_gap_is_given_time_to_be_mere_reordering()
    {
        _list.Add(10, 12, now: 0);
        Assert.Empty(Collect(NackList.ReorderWait - 1));
        _list.Remove(11);
        Assert.Equal([10, 12], Collect(NackList.ReorderWait));
    }

    [Theory]
    [InlineData(1_000, 20_000)]
    [InlineData(150_000, 150_000)]
    [InlineData(3_000_000, 400_000)]
    public void What_was_asked_for_is_asked_again_after_a_round_trip_within_bounds(long roundTrip, long spacing)
    {
        _list.Add(1, 1, now: -NackList.ReorderWait);
        Assert.Equal([1], Collect(0, roundTrip));
        Assert.Equal(spacing, _list.NextAsk);
        Assert.Empty(Collect(spacing - 1, roundTrip));
        Assert.Equal([1], Collect(spacing, roundTrip));
    }

    [Fact]
    public void After_ten_requests_a_packet_is_given_up()
    {
        _list.Add(1, 1, now: 0);
        var asked = 0;
        for (var now = 0L; now < 10_000_000; now += 5_000) asked += Collect(now).Length;
        Assert.Equal(NackList.Tries, asked);
        Assert.Equal(0, _list.Count);
        Assert.Equal(long.MaxValue, _list.NextAsk);
    }

    [Fact]
    public void Too_large_a_gap_empties_the_list()
    {
        Assert.True(_list.Add(1, 300, now: 0));
        Assert.False(_list.Add(400, 700, now: 0));
        Assert.Equal(0, _list.Count);
        Assert.True(_list.Add(1000, 1000 + NackList.Most - 2, now: 0));
        Assert.False(_list.Add(1, long.MaxValue / 2, now: 0));
    }

    [Fact]
    public void More_than_fits_into_one_request_waits_for_the_next()
    {
        _list.Add(1, 100, now: 0);
        Assert.Equal(64, Collect(20_000).Length);
        Assert.Equal(36, Collect(20_000).Length);
        Assert.Equal(100, _list.Count);
    }

    ushort[] Collect(long now, long roundTrip = 100_000) => _due[.._list.Collect(now, roundTrip, _due)];
}

using FirstRing.Media.Rtc.Bandwidth;

namespace FirstRing.Tests.Rtc.Bandwidth;

public sealed class LimitTests
{
    readonly DownlinkEstimate _estimate = new();
    long _now = 1_000_000;

    [Fact]
    public void An_estimate_above_what_is_sent_does_not_bind()
    {
        Send(800_000, seconds: 2);
        _estimate.OnEstimate(900_000, _now);
        Assert.Equal(0, _estimate.Limit(_now));
    }

    [Fact]
    public void Once_below_it_binds_until_it_has_recovered()
    {
        Send(800_000, seconds: 2);
        _estimate.OnEstimate(500_000, _now);
        Assert.Equal(500_000, _estimate.Limit(_now));
        Send(450_000, seconds: 2);
        _estimate.OnEstimate(700_000, _now);
        Assert.Equal(700_000, _estimate.Limit(_now));
        _estimate.OnEstimate(9_000_000, _now);
        Assert.Equal(0, _estimate.Limit(_now));
    }

    [Fact]
    public void It_expires_and_has_a_floor()
    {
        Send(800_000, seconds: 2);
        _estimate.OnEstimate(1_000, _now);
        Assert.Equal(DownlinkEstimate.Floor, _estimate.Limit(_now));
        Assert.Equal(DownlinkEstimate.Floor, _estimate.Limit(_now + DownlinkEstimate.Lifetime));
        Assert.Equal(0, _estimate.Limit(_now + DownlinkEstimate.Lifetime + 1));
    }

    [Fact]
    public void A_publisher_hears_of_a_fall_at_once_and_of_the_rest_each_second()
    {
        var limit = new PublisherLimit();
        Assert.False(limit.TakeDue(_now));
        Assert.True(limit.Set(1_000_000));
        Assert.True(limit.TakeDue(_now));
        Assert.False(limit.TakeDue(_now + 999_999));
        Assert.True(limit.TakeDue(_now + 1_000_000));
        Assert.False(limit.Set(2_000_000));
        Assert.False(limit.TakeDue(_now + 1_500_000));
        Assert.True(limit.Set(500_000));
        Assert.True(limit.TakeDue(_now + 1_500_000));
        limit.Set(0);
        Assert.True(limit.TakeDue(_now + 3_000_000)); // lifted: said once
        Assert.False(limit.TakeDue(_now + 9_000_000));
    }

    void Send(long bitsPerSecond, int seconds)
    {
        for (var i = 0; i < seconds * 100; i++)
        {
            _now += 10_000;
            _estimate.OnSent((int)(bitsPerSecond / 800), _now);
        }
    }
}

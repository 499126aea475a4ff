using FirstRing.Media.Rtc.Bandwidth;

namespace FirstRing.Tests.Rtc.Bandwidth;

public sealed class LimitTests
{
    const long Now = 1_000_000;

    [Fact]
    public void A_publisher_hears_of_a_fall_at_once_and_of_the_rest_each_second()
    {
        var limit = new PublisherLimit();
        Assert.False(limit.TakeDue(Now));
        Assert.True(limit.Set(1_000_000));
        Assert.True(limit.TakeDue(Now));
        Assert.False(limit.TakeDue(Now + 999_999));
        Assert.True(limit.TakeDue(Now + 1_000_000));
        Assert.False(limit.Set(2_000_000));
        Assert.False(limit.TakeDue(Now + 1_500_000));
        Assert.True(limit.Set(500_000));
        Assert.True(limit.TakeDue(Now + 1_500_000));
        Assert.True(limit.Set(1));
        Assert.Equal(PublisherLimit.Floor, limit.BitsPerSecond);
        limit.Set(0);
        Assert.True(limit.TakeDue(Now + 3_000_000)); // lifted: said once
        Assert.False(limit.TakeDue(Now + 9_000_000));
    }
}

using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Tests.Rtc.Streams;

public sealed class KeyFrameRequestTests
{
    readonly Deadline _deadline = new();
    readonly KeyFrameRequests _requests;
    long _now = 10_000_000;

    public KeyFrameRequestTests()
    {
        _requests = new KeyFrameRequests(_deadline);
        _requests.OnPacket(_now, startsKeyFrame: false);
    }

    [Fact]
    public void Many_wishes_are_one_request()
    {
        for (var i = 0; i < 10; i++) _requests.Ask(_now);
        Assert.Equal(_now, _deadline.At);
        Assert.True(Due());
        for (var i = 0; i < 10; i++) _requests.Ask(_now);
        Assert.False(Due());
        Pass(KeyFrameRequests.Spacing - 1);
        Assert.False(Due());
        Pass(1);
        Assert.True(Due());
    }

    [Theory]
    [InlineData(50_000, 1_000_000)]
    [InlineData(600_000, 1_800_000)]
    public void Unanswered_it_is_repeated_and_a_keyframe_ends_it(long roundTrip, long retry)
    {
        _requests.Ask(_now);
        Assert.True(_requests.TakeDue(_now, roundTrip));
        Pass(retry - 1);
        Assert.False(_requests.TakeDue(_now, roundTrip));
        Pass(1);
        Assert.True(_requests.TakeDue(_now, roundTrip));
        _requests.OnPacket(_now, startsKeyFrame: true);
        Pass(10 * retry);
        Assert.False(_requests.TakeDue(_now, roundTrip));
        Assert.False(_requests.IsWanted);
    }

    [Fact]
    public void Who_sends_nothing_is_not_asked_until_it_sends_again()
    {
        _now += 5_000_000;
        _requests.Ask(_now);
        Assert.Equal(long.MaxValue, _deadline.At);
        Assert.False(Due());
        _requests.OnPacket(_now, startsKeyFrame: false);
        Assert.True(_deadline.At <= _now);
        Assert.True(Due());
    }

    bool Due() => _requests.TakeDue(_now, 50_000);

    void Pass(long time)
    {
        _now += time;
        _requests.OnPacket(_now, startsKeyFrame: false);
    }
}

using FirstRing.Platform.Sealing;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>For how long, for how many uses and for how many values a key in memory is good, to the tick.</summary>
public sealed class KeyRings
{
    static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    readonly FakeTimeProvider _clock = new(TestStore.Start);
    readonly Guid _old = Guid.NewGuid(), _new = Guid.NewGuid();

    KeyRing Ring(bool expires = true, long sealedBefore = 0) => new([new DataKey(_old, new byte[32], 7), new DataKey(_new, new byte[32], sealedBefore)], expires, _clock);

    [Fact]
    public void The_newest_seals_and_each_opens_what_it_sealed()
    {
        var ring = Ring();
        Assert.Equal(_new, ring.Newest().Id);
        Assert.Equal((_old, _new), (ring.Of(_old)!.Id, ring.Of(_new)!.Id));
        Assert.Null(ring.Of(Guid.NewGuid()));
    }

    [Fact]
    public void A_key_that_is_not_needed_is_good_for_five_minutes_and_each_need_begins_them_anew()
    {
        var ring = Ring();
        _clock.Advance(StoreKeys.Idle - Tick);
        Assert.True(ring.IsNeeded(_clock)); // to look is no need
        Assert.True(ring.Need(_clock));
        _clock.Advance(StoreKeys.Idle - Tick);
        Assert.True(ring.Need(_clock));
        _clock.Advance(StoreKeys.Idle);
        Assert.False(ring.IsNeeded(_clock));
        Assert.False(ring.Need(_clock));
        Assert.False(ring.Need(_clock)); // and does not come back by being asked for
    }

    [Fact]
    public void A_key_is_good_for_a_visit_and_no_longer_however_often_it_is_needed()
    {
        var ring = Ring();
        for (var gone = TimeSpan.Zero; gone < StoreKeys.Longest - StoreKeys.Idle; gone += StoreKeys.Idle / 2)
        {
            Assert.True(ring.Need(_clock));
            _clock.Advance(StoreKeys.Idle / 2);
        }
        Assert.True(ring.Need(_clock));
        _clock.Advance(StoreKeys.Idle / 2);
        Assert.True(ring.Need(_clock));
        _clock.Advance(StoreKeys.Idle / 2 - Tick);
        Assert.True(ring.Need(_clock));
        _clock.Advance(Tick);
        Assert.False(ring.Need(_clock));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_serves_for_a_million_uses_and_is_to_be_renewed_from_three_quarters_of_them_on(bool opens)
    {
        var ring = Ring();
        for (long use = 1; use <= StoreKeys.MostUses; use++)
        {
            if (use == StoreKeys.MostUses / 4 * 3) Assert.False(ring.IsStale(_clock));
            if (use == StoreKeys.MostUses) Assert.True(ring.Need(_clock));
            if (opens) ring.Of(_old);
            else ring.Newest();
            if (use == StoreKeys.MostUses / 4 * 3) Assert.True(ring.IsStale(_clock));
        }
        Assert.False(ring.Need(_clock));
    }

    [Fact]
    public void A_key_is_to_be_renewed_from_five_minutes_on_however_often_it_is_needed()
    {
        var ring = Ring();
        _clock.Advance(StoreKeys.Fresh - Tick);
        Assert.True(ring.Need(_clock));
        Assert.False(ring.IsStale(_clock));
        _clock.Advance(Tick);
        Assert.True(ring.IsStale(_clock));
    }

    [Fact]
    public void A_key_that_sealed_two_to_the_31_values_is_to_be_followed_by_another()
    {
        var ring = Ring(sealedBefore: StoreKeys.MostSealed - 2);
        ring.Newest();
        Assert.False(ring.IsStale(_clock));
        ring.Newest();
        Assert.True(ring.IsStale(_clock));
        // An old one that is worn is worn no further: it seals nothing.
        Assert.False(new KeyRing([new DataKey(_old, new byte[32], StoreKeys.MostSealed), new DataKey(_new, new byte[32], 0)], true, _clock).IsStale(_clock));
    }

    [Fact]
    public void Keys_of_MACs_do_not_expire()
    {
        var ring = Ring(expires: false, sealedBefore: StoreKeys.MostSealed);
        for (long use = 0; use <= StoreKeys.MostUses; use++) ring.Newest();
        _clock.Advance(TimeSpan.FromDays(400));
        Assert.True(ring.Need(_clock));
        Assert.False(ring.IsStale(_clock));
    }

    [Fact]
    public void What_was_sealed_is_counted_once_and_opening_is_no_sealing()
    {
        var ring = Ring();
        Assert.Empty(ring.TakeSealed());
        ring.Newest();
        ring.Newest();
        ring.Of(_old);
        Assert.Equal([(_new, 2)], ring.TakeSealed());
        Assert.Empty(ring.TakeSealed());
    }
}

using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Streams;
using FirstRing.Simulate.Network;

namespace FirstRing.Tests.Rtc.Bandwidth;

public sealed class AllocationTests
{
    const long Second = 1_000_000;
    static readonly LayerRates Sound = LayerRates.Of(40_000);

    readonly Allocation _allocation = new();
    long _now = Second;

    [Fact]
    public void A_call_of_three_gets_everything_where_everything_fits()
    {
        var choices = Decide(5_000_000, Voice(0), Voice(1), Of(5, StreamRole.Speaker), Of(6, StreamRole.Other));
        Assert.Equal([(0, 0), (0, 0), (2, 2), (2, 2)], choices.Select(Layer));
        Assert.Equal(2 * 40_000 + 2 * 1_500_000, _allocation.Wanted);
    }

    [Theory]
    [InlineData(StreamRole.Signer, 250, "02 – –"), InlineData(StreamRole.Signer, 600, "12 – –"), InlineData(StreamRole.Signer, 900, "12 02 01"), InlineData(StreamRole.Signer, 6000, "22 22 22")]
    [InlineData(StreamRole.Screen, 250, "00 00 –"), InlineData(StreamRole.Screen, 600, "10 02 00"), InlineData(StreamRole.Screen, 900, "10 11 01"), InlineData(StreamRole.Screen, 6000, "22 22 22")]
    public void Who_signs_and_what_is_shown_come_before_the_speaker_and_the_speaker_before_others(StreamRole first, int kilobits, string layers)
    {
        var choices = Decide(kilobits * 1000, Of(1, StreamRole.Other), Voice(0), Of(2, StreamRole.Speaker), Of(3, first));
        Assert.Equal(40_000, choices[1].BitsPerSecond);
        Assert.Equal(layers, string.Join(' ', new[] { choices[3], choices[2], choices[0] }.Select(choice => choice.IsPaused ? "–" : $"{choice.Size}{choice.FrameRate}")));
    }

    [Fact]
    public void Sound_is_sent_even_where_it_does_not_fit()
    {
        var choices = Decide(40_000, Voice(0), Voice(1), Voice(2), Of(5, StreamRole.Speaker));
        Assert.Equal([(0, 0), (0, 0), (0, 0), (-1, -1)], choices.Select(Layer));
        Assert.True(_allocation.IsVideoPaused);
    }

    [Fact]
    public void Pictures_pause_below_a_floor_and_come_back_by_themselves()
    {
        var speaker = Of(5, StreamRole.Speaker, 30_000);
        Assert.False(Decide(150_000, Voice(0), speaker)[1].IsPaused);
        Assert.True(Decide(85_000, Voice(0), speaker)[1].IsPaused);
        // Just above the floor is not enough, and a moment is not.
        for (var i = 0; i < 40; i++) Assert.True(Decide(110_000, Voice(0), speaker)[1].IsPaused);
        Assert.True(Decide(200_000, Voice(0), speaker)[1].IsPaused);
        var back = 0;
        while (Decide(200_000, Voice(0), speaker)[1].IsPaused) Assert.True(++back < 40);
        Assert.False(_allocation.IsVideoPaused);
    }

    [Fact]
    public void Less_comes_at_once_and_more_after_a_while()
    {
        var speaker = Of(5, StreamRole.Speaker);
        for (var i = 0; i < 80; i++) Assert.Equal((2, 2), Layer(Decide(2_000_000, speaker)[0]));
        Assert.Equal((1, 2), Layer(Decide(600_000, speaker)[0]));
        var waited = Until(2_000_000, speaker, (2, 2));
        Assert.InRange(waited, 4, 7);
    }

    [Fact]
    public void Whoever_begins_to_speak_takes_what_others_had()
    {
        StreamOffer[] before = [Of(5, StreamRole.Speaker), Of(6, StreamRole.Other)], after = [Of(5, StreamRole.Other), Of(6, StreamRole.Speaker)];
        for (var i = 0; i < 40; i++) Decide(2_000_000, before);
        Assert.Equal([(2, 2), (0, 2)], Decide(2_000_000, before).Select(Layer));
        for (var i = 0; i < 40; i++) Decide(2_000_000, after);
        Assert.Equal([(0, 2), (2, 2)], Decide(2_000_000, after).Select(Layer));
    }

    [Fact]
    public void What_is_missing_is_the_cheapest_step_up()
    {
        Decide(80_000, Voice(0), Of(5, StreamRole.Other, 60_000));
        Assert.InRange(_allocation.Missing, 1, 60_000);
        for (var i = 0; i < 20; i++) Decide(9_000_000, Voice(0), Of(5, StreamRole.Other));
        Assert.Equal(0, _allocation.Missing);
    }

    [Fact]
    public void What_goes_wrong_again_and_again_is_tried_less_and_less_often()
    {
        var speaker = Of(5, StreamRole.Speaker);
        Decide(2_000_000, speaker);
        var waits = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            Decide(600_000, speaker);
            waits.Add(Until(2_000_000, speaker, (2, 2)));
        }
        Assert.True(waits.Zip(waits.Skip(1)).All(pair => pair.Second >= pair.First), string.Join(' ', waits));
        Assert.InRange(waits[^1], 30, 36);
    }

    [Fact]
    public void A_rate_that_strays_a_little_changes_nothing()
    {
        Assert.Equal((1, 2), Layer(Decide(700_000, Of(5, StreamRole.Speaker, 150_000, 500_000, 1_500_000))[0]));
        for (var i = 0; i < 100; i++)
            Assert.Equal((1, 2), Layer(Decide(500_000 + i % 3 * 10_000, Of(5, StreamRole.Speaker, 150_000, 500_000 + i % 5 * 8_000, 1_500_000))[0]));
    }

    [Fact]
    public void On_a_thousand_seeds_sound_is_sent_the_sum_fits_and_nothing_is_starved_for_one_behind_it()
    {
        for (var seed = 0ul; seed < 1_000; seed++) Hold(new Dice(seed), seed);
    }

    [Fact]
    public void A_decision_costs_no_memory()
    {
        var offers = (StreamOffer[])[Voice(0), Voice(1), Of(5, StreamRole.Speaker), Of(6, StreamRole.Other), Of(10, StreamRole.Screen)];
        var choices = new LayerChoice[5];
        Assert.Equal(0, Allocations.Of(() => _allocation.Decide(900_000 + (_now += 250_000) % 3 * 400_000, offers, choices, _now)));
    }

    static void Hold(Dice dice, ulong seed)
    {
        var allocation = new Allocation();
        var offers = new StreamOffer[dice.Between(1, 12)];
        var choices = new LayerChoice[offers.Length];
        var target = dice.Between(40_000, 6_000_000);
        for (var step = 0; step < 60; step++)
        {
            target = dice.Falls(0.2) ? dice.Between(40_000, 6_000_000) : target;
            for (var i = 0; i < offers.Length; i++)
                offers[i] = i % 3 == 0 ? Voice(i) : Of(i, (StreamRole)(1 + i % 4), 60_000 + dice.Between(0, 90_000), 300_000 + dice.Between(0, 300_000), 1_000_000 + dice.Between(0, 800_000));
            allocation.Decide(target, offers, choices, step * 250_000L + Second);
            var sound = offers.Count(offer => offer.Role == StreamRole.Audio) * 40_000L;
            var pictures = choices.Sum(choice => choice.BitsPerSecond) - sound;
            Assert.All(offers.Zip(choices).Where(pair => pair.First.Role == StreamRole.Audio), pair => Assert.Equal(40_000, pair.Second.BitsPerSecond));
            Assert.True(pictures <= long.Max(0, target - sound) + target * 0.08, $"seed {seed}, step {step}: {pictures} of {target - sound}");
            Assert.True(target - sound >= Allocation.VideoFloor || pictures == 0, $"seed {seed}, step {step}");
        }
        // Left alone, nothing that could be sent stays paused.
        for (var step = 0; step < 200; step++) allocation.Decide(20_000_000, offers, choices, 100 * Second + step * 250_000L);
        Assert.All(choices, choice => Assert.False(choice.IsPaused));
    }

    LayerChoice[] Decide(long target, params StreamOffer[] offers)
    {
        var choices = new LayerChoice[offers.Length];
        _allocation.Decide(target, offers, choices, _now += 250_000);
        return choices;
    }

    // Seconds of deciding until the first stream is sent so.
    double Until(long target, StreamOffer offer, (int, int) layer)
    {
        var began = _now;
        while (Layer(Decide(target, offer)[0]) != layer) Assert.True(_now - began < 60 * Second);
        return (_now - began) / 1e6;
    }

    static (int, int) Layer(LayerChoice choice) => (choice.Size, choice.FrameRate);

    static StreamOffer Voice(int stream) => new(stream, StreamRole.Audio, Sound);

    // Three sizes, each in full, half and quarter frame rate.
    static StreamOffer Of(int stream, StreamRole role, long small = 150_000, long middle = 500_000, long large = 1_500_000)
    {
        var rates = default(LayerRates);
        foreach (var (size, rate) in ((int, long)[])[(0, small), (1, middle), (2, large)])
            (rates[size, 0], rates[size, 1], rates[size, 2]) = (rate / 2, rate * 3 / 4, rate);
        return new StreamOffer(stream, role, rates);
    }
}

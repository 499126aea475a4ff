using CsCheck;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Rtp.Extensions;

namespace FirstRing.Tests.Rtc.Rtp;

public sealed class WrappingNumberTests
{
    [Fact]
    public void Sequence_numbers_compare_around_the_wrap() => Gen.Select(Gen.UShort, Gen.Int[1, 32_767]).Sample((start, step) =>
    {
        var (a, b) = (new SequenceNumber(start), new SequenceNumber(start).Plus(step));
        return b.IsNewerThan(a) && !a.IsNewerThan(b) && b.DistanceFrom(a) == step && b.Plus(-step) == a && !a.IsNewerThan(a);
    });

    [Fact]
    public void Times_compare_around_the_wrap() => Gen.Select(Gen.UInt, Gen.Int[1, int.MaxValue]).Sample((start, step) =>
    {
        var (a, b) = (new RtpTime(start), new RtpTime(start).Plus(step));
        return b.IsNewerThan(a) && !a.IsNewerThan(b) && b.DistanceFrom(a) == step;
    });

    [Fact]
    public void Unwrapping_follows_steps_of_less_than_half_the_circle() => Gen.Select(Gen.UShort, Gen.Int[-30_000, 32_000].Array[0, 50]).Sample((start, steps) =>
    {
        var unwrapper = new SequenceUnwrapper();
        long highest = unwrapper.Unwrap(start);
        foreach (var step in steps)
        {
            var truth = highest + step;
            if (truth <= 0) break;
            Assert.Equal(truth, unwrapper.Unwrap((ushort)truth));
            highest = Math.Max(highest, truth);
        }
    });

    [Fact]
    public void Send_time_is_read_back_to_four_microseconds() => Gen.Long[0, 4_000_000_000_000_000].Sample(now =>
    {
        Span<byte> value = stackalloc byte[3];
        AbsSendTime.Write(value, now);
        return AbsSendTime.TryRead(value, out var ticks) && Math.Abs(ticks * 1_000_000.0 / (1 << 18) - now % 64_000_000) < 4;
    });

    [Fact]
    public void Audio_level_and_sequence_are_read_back() => Gen.Select(Gen.Int[0, 127], Gen.Bool, Gen.UShort).Sample((level, voice, sequence) =>
    {
        Span<byte> value = stackalloc byte[2];
        AudioLevel.Write(value[..1], level, voice);
        if (!AudioLevel.TryRead(value[..1], out var readLevel, out var readVoice)) return false;
        TransportSequence.Write(value, sequence);
        return (readLevel, readVoice) == (level, voice) && TransportSequence.TryRead(value, out var read) && read == sequence;
    });

    [Fact]
    public void Mids_and_rids_are_checked()
    {
        Assert.True(Mid.TryRead("mic\0\0"u8, out var mid) && mid.SequenceEqual("mic"u8));
        Assert.False(Mid.TryRead("m c"u8, out _));
        Assert.False(Mid.TryRead(""u8, out _));
        Assert.True(Rid.TryRead("q"u8, out _));
        Assert.False(Rid.TryRead("q-1"u8, out _));
    }
}

using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Tests.Rtc.Streams;

public sealed class ReceiveStreamTests
{
    readonly Deadline _deadline = new();
    readonly ReceiveStream _stream;

    public ReceiveStreamTests()
    {
        _stream = new ReceiveStream(MediaKind.Video, _deadline);
        _stream.Identify(9);
    }

    [Fact]
    public void A_packet_goes_on_once_however_it_comes()
    {
        Assert.True(Take(10));
        Assert.False(Take(10));
        Assert.True(Take(12));
        Assert.True(Take(11, isRepair: true));
        Assert.False(Take(11));
        Assert.False(Take(11, isRepair: true));
        Assert.Equal(3, _stream.Duplicates);
        Assert.Equal(1, _stream.Recovered);
    }

    [Fact]
    public void A_packet_too_old_to_tell_from_a_duplicate_is_refused()
    {
        for (var number = 0; number < 3000; number += 100) Take((ushort)number);
        Assert.False(Take(851)); // 2,049 behind 2,900
        Assert.True(Take(853));
    }

    [Fact]
    public void A_repair_alone_begins_nothing()
    {
        Assert.False(Take(5, isRepair: true));
        Assert.True(Take(70));
        Assert.Equal(0, _stream.Lost);
    }

    [Fact]
    public void Gaps_are_noted_and_filled_around_the_wrap()
    {
        Take(65_534);
        Take(1);
        Assert.Equal(2, _stream.Missing!.Count);
        Assert.Equal(NackList.ReorderWait, _deadline.At);
        Take(65_535);
        Take(0, isRepair: true);
        Assert.Equal(0, _stream.Missing.Count);
        Assert.Equal(0, _stream.Lost);
    }

    [Fact]
    public void A_gap_too_large_to_ask_for_wants_a_keyframe()
    {
        Take(1);
        _stream.Take(new MediaPacket { Source = _stream }, keep: false, now: 0);
        Take(1000);
        Assert.True(_stream.KeyFrames.IsWanted);
        Assert.Equal(0, _stream.Missing!.Count);
    }

    [Fact]
    public void Report_blocks_count_as_the_standard_says()
    {
        // RFC 3550 appendix A.3 with 10 expected and 2 lost, then 10 with 5 lost; a repair undoes no loss here.
        foreach (ushort number in (ushort[])[100, 101, 103, 104, 105, 107, 108, 109]) Take(number);
        var first = _stream.Report(0);
        Assert.Equal((9u, 2 * 256 / 10, 2, 109u), (first.Ssrc, (int)first.FractionLost, first.CumulativeLost, first.HighestSequence));
        Take(102, isRepair: true);
        foreach (ushort number in (ushort[])[111, 113, 115, 117, 119]) Take(number);
        var second = _stream.Report(0);
        Assert.Equal((128, 7, 119u), (second.FractionLost, second.CumulativeLost, second.HighestSequence));
        Assert.Equal(6, _stream.Lost);
    }

    [Fact]
    public void Jitter_settles_at_the_mean_deviation()
    {
        // Alternately 5 ms early and late: |D| = 10 ms = 900 ticks.
        var now = 1_000_000L;
        for (ushort number = 0; number < 500; number++)
            _stream.Accept(number, (uint)number * 3000, false, now + number * 33_333L + (number % 2 == 0 ? 5_000 : -5_000), out _);
        Assert.InRange(_stream.Statistics.Jitter, 850u, 950u);
    }

    [Fact]
    public void The_highest_number_counts_its_wraps()
    {
        for (var number = 60_000; number < 0x20000 + 10; number += 1000) Take((ushort)number);
        Take(10);
        Assert.Equal(0x2000Au, _stream.Report(0).HighestSequence);
    }

    bool Take(ushort number, bool isRepair = false) => _stream.Accept(number, number * 100u, isRepair, now: 0, out _);
}

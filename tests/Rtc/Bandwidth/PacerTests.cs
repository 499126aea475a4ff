using FirstRing.Media.Rtc.Bandwidth;

namespace FirstRing.Tests.Rtc.Bandwidth;

public sealed class PacerTests
{
    readonly Pacer<int> _pacer = new() { Target = 1_000_000 };

    [Fact]
    public void Sound_leaves_at_once_whatever_waits()
    {
        for (var i = 0; i < 200; i++) Assert.True(_pacer.TryAdd(PacketClass.Video, i, 1_200, 0));
        Leave(20_000);
        Assert.False(_pacer.TryTake(20_000, out _));
        _pacer.TryAdd(PacketClass.Audio, 7, 100, 20_000);
        Assert.Equal(20_000, _pacer.NextAt(20_000));
        Assert.True(_pacer.TryTake(20_000, out var packet));
        Assert.Equal((PacketClass.Audio, 7, 100, 0), (packet.Class, packet.Item, packet.Bytes, packet.Cluster));
        Assert.False(_pacer.TryTake(20_000, out _));
    }

    [Fact]
    public void What_was_lost_leaves_before_what_is_new_and_each_in_its_order()
    {
        for (var i = 0; i < 4; i++) _pacer.TryAdd(PacketClass.Video, i, 1_200, 0);
        _pacer.TryAdd(PacketClass.Retransmission, 10, 1_200, 0);
        _pacer.TryAdd(PacketClass.Retransmission, 11, 1_200, 0);
        Assert.Equal([10, 11, 0, 1, 2, 3], Leave(1_000_000).Select(left => left.Packet.Item));
    }

    [Fact]
    public void Pictures_leave_at_two_and_a_half_times_the_target()
    {
        for (var i = 0; i < 50; i++) _pacer.TryAdd(PacketClass.Video, i, 1_000, 0);
        Assert.InRange(Leave(1_000_000)[^1].At, 145_000, 160_000); // 400 kbit at 2.5 Mbit/s, less the burst
    }

    [Fact]
    public void The_sound_that_went_ahead_is_taken_off_what_pictures_may_send()
    {
        for (var i = 0; i < 50; i++) _pacer.TryAdd(PacketClass.Video, i, 1_000, 0);
        for (var i = 0; i < 10; i++) _pacer.TryAdd(PacketClass.Audio, i, 1_000, 0);
        Assert.InRange(Leave(1_000_000)[^1].At, 177_000, 192_000);
    }

    [Fact]
    public void Nothing_waits_longer_than_a_quarter_of_a_second_however_thin_the_target()
    {
        _pacer.Target = 50_000;
        for (var i = 0; i < 400; i++) _pacer.TryAdd(PacketClass.Video, i, 1_200, 0);
        var left = Leave(1_000_000);
        Assert.Equal(400, left.Count);
        Assert.InRange(left[^1].At, 100_000, Pacer<int>.LongestWait + 5_000);
    }

    [Fact]
    public void Padding_is_sent_for_a_probe_alone_and_at_its_pace()
    {
        Assert.Equal(long.MaxValue, _pacer.NextAt(0));
        Assert.False(_pacer.TryTake(0, out _));
        _pacer.Probe(new ProbeCluster(9, 3_000_000));
        var left = Leave(1_000_000);
        Assert.All(left, one => Assert.Equal((PacketClass.Padding, 9), (one.Packet.Class, one.Packet.Cluster)));
        var bytes = left.Sum(one => one.Packet.Bytes);
        Assert.InRange(bytes, 5_625, 6_000); // 15 ms at 3 Mbit/s
        Assert.Equal(3_000_000, (bytes - Pacer<int>.PaddingBytes) * 8e6 / left[^1].At, 100_000.0);
        Assert.False(_pacer.TryTake(2_000_000, out _));
    }

    [Fact]
    public void What_waits_fills_a_probe_before_padding_does()
    {
        for (var i = 0; i < 3; i++) _pacer.TryAdd(PacketClass.Video, i, 1_000, 0);
        _pacer.Probe(new ProbeCluster(1, 3_000_000));
        _pacer.Probe(new ProbeCluster(2, 6_000_000));
        var left = Leave(1_000_000);
        Assert.Equal([0, 1, 2], left.Take(3).Select(one => one.Packet.Item));
        Assert.All(left.Take(3), one => Assert.Equal((PacketClass.Video, 1), (one.Packet.Class, one.Packet.Cluster)));
        Assert.Equal([1, 2], left.Select(one => (int)one.Packet.Cluster).Distinct());
    }

    [Fact]
    public void A_full_pacer_says_so()
    {
        var taken = 0;
        while (_pacer.TryAdd(PacketClass.Video, taken, 100, 0)) taken++;
        Assert.Equal(2_048, taken);
        Assert.True(_pacer.TryAdd(PacketClass.Audio, 0, 100, 0));
        Assert.True(_pacer.TryAdd(PacketClass.Retransmission, 0, 100, 0));
        Assert.False(_pacer.TryAdd(PacketClass.Padding, 0, 100, 0));
    }

    [Fact]
    public void A_packet_costs_no_memory()
    {
        var now = 0L;
        Assert.Equal(0, Allocations.Of(() =>
        {
            now += 10_000;
            for (var i = 0; i < 3; i++) _pacer.TryAdd(PacketClass.Video, i, 900, now);
            _pacer.TryAdd(PacketClass.Audio, 0, 100, now);
            while (_pacer.TryTake(now, out _)) { }
        }));
    }

    // What leaves until then, called when the pacer asks to be.
    List<(long At, PacedPacket<int> Packet)> Leave(long until)
    {
        var left = new List<(long, PacedPacket<int>)>();
        for (var now = 0L; now <= until; now = long.Max(now + 1, _pacer.NextAt(now)))
        {
            while (_pacer.TryTake(now, out var packet)) left.Add((now, packet));
            if (_pacer.NextAt(now) == long.MaxValue) break;
        }
        return left;
    }
}

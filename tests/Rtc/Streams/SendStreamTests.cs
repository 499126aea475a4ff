using FirstRing.Media.Rtc.Codecs;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Tests.Rtc.Streams;

public sealed class SendStreamTests
{
    readonly SendStream _stream = new(MediaKind.Video, 1, 2);
    readonly Track _track = new(MediaKind.Video, new Deadline());
    long _now = 1_000_000;

    ReceiveStream _source => _track.Main;

    public SendStreamTests() => _stream.SwitchTo(_track, _now);

    [Fact]
    public void Video_begins_with_a_keyframe()
    {
        Assert.Null(Send(100, 1));
        Assert.Null(Send(101, 1));
        Assert.Equal(1, Send(102, 2, key: true));
        Assert.Null(Send(101, 1)); // late, and from before the beginning
        Assert.Equal(2, Send(103, 2));
    }

    [Fact]
    public void Padding_between_packets_closes_up_and_late_packets_find_their_place()
    {
        Assert.Equal(1, Send(100, 1, key: true));
        Assert.Equal(2, Send(101, 1));
        Assert.Null(Send(102, 1, length: 0));
        Assert.Null(Send(103, 1, length: 0));
        Assert.Equal(3, Send(104, 2));
        Assert.Equal(5, Send(106, 2));
        Assert.Null(Send(107, 2, length: 0));
        Assert.Equal(6, Send(108, 3));
        Assert.Equal(4, Send(105, 2)); // late, from before the last padding
    }

    [Fact]
    public void Padding_behind_a_gap_is_numbered_because_the_gap_may_fill_later()
    {
        Assert.Equal(1, Send(100, 1, key: true));
        Assert.Equal(3, Send(102, 1, length: 0));
        Assert.Equal(2, Send(101, 1));
        Assert.Equal(4, Send(103, 1));
    }

    [Fact]
    public void A_request_leads_back_to_the_publishers_packet()
    {
        Keep(100, 1, key: true);
        Keep(101, 1);
        Assert.Null(Send(102, 1, length: 0));
        Keep(103, 2);
        Assert.Equal(3, _lastOut);
        Assert.Equal(103, Resent(3));
        Assert.Equal(101, Resent(2));
        Assert.Equal(100, Resent(1));
        _source.Take(Packet(104, 2, key: false, 10, null), keep: true, _now);
        Assert.Null(Resent(4)); // kept, but not sent yet
        Assert.Null(Resent(0)); // never sent
    }

    [Fact]
    public void A_packet_is_resent_three_times_and_not_in_quick_succession()
    {
        Keep(100, 1, key: true);
        Assert.NotNull(Resent(1));
        Assert.Null(Resent(1));
        _now += 99_999;
        Assert.Null(Resent(1));
        _now += 1;
        Assert.NotNull(Resent(1));
        _now += 100_000;
        Assert.NotNull(Resent(1));
        _now += 100_000;
        Assert.Null(Resent(1));
    }

    [Fact]
    public void What_was_sent_before_the_source_changed_is_not_resent()
    {
        Keep(100, 1, key: true);
        Keep(101, 1);
        var other = new Track(MediaKind.Video, new Deadline());
        _stream.SwitchTo(other, _now);
        Assert.Null(Resent(2)); // nothing of the new source yet
        Assert.Equal(3, Send(5000, 7, key: true, source: other.Main));
        _stream.SwitchTo(_track, _now);
        Assert.Equal(4, Send(102, 2, key: true));
        Assert.Null(Resent(2));
    }

    [Fact]
    public void Time_goes_on_by_the_clock_on_the_wall_when_the_source_changes()
    {
        Send(100, 1000, key: true);
        Assert.Equal(1000u, _lastTimestamp);
        var other = new Track(MediaKind.Video, new Deadline());
        _stream.SwitchTo(other, _now);
        _now += 2_000_000;
        Send(9, 4_000_000_000, key: true, source: other.Main);
        Assert.Equal(1000u + 180_000, _lastTimestamp);
        Send(10, 4_000_003_000, source: other.Main);
        Assert.Equal(1000u + 183_000, _lastTimestamp);
    }

    [Fact]
    public void A_source_that_begins_anew_under_another_ssrc_waits_for_its_keyframe()
    {
        _source.Identify(1);
        _stream.SwitchTo(null, _now);
        _stream.SwitchTo(_track, _now);
        Assert.Equal(1, Send(100, 1, key: true));
        _source.Identify(2);
        Assert.Null(Send(7, 1));
        Assert.Equal(2, Send(8, 1, key: true));
    }

    [Fact]
    public void Another_size_begins_whole_though_the_picture_of_that_time_was_left_out_of_the_one_before()
    {
        _stream.Want(2, frameRate: 0, _now);
        Assert.NotNull(Layered(_source, 100, 3_000, layer: 0, key: true));
        Assert.Null(Layered(_source, 101, 6_000, layer: 2));
        var smaller = _track.At(1);
        smaller.Accept(500, 6_000, isRepair: false, _now, out _); // it comes
        _stream.Want(1, frameRate: 0, _now);
        Assert.NotNull(Layered(smaller, 500, 6_000, layer: 0, key: true));
        Assert.NotNull(Layered(smaller, 501, 6_000, layer: 0));

        int? Layered(ReceiveStream source, long number, uint timestamp, int layer, bool key = false)
        {
            var packet = Packet(number, timestamp, key, 10, source);
            packet.Picture = new Vp8Descriptor { Length = 6, PictureId = (int)number, TemporalLayer = layer };
            return _stream.TryNumber(packet, _now, out var sequence, out _) ? sequence : null;
        }
    }

    [Fact]
    public void Numbers_pass_their_wrap()
    {
        Send(0x10000 + 65_000, 1, key: true);
        for (var number = 1; number < 70_000; number++) Send(0x10000 + 65_000 + number, 1);
        Assert.Equal(70_000 & 0xFFFF, _lastOut);
    }

    int _lastOut;
    uint _lastTimestamp;

    int? Send(long number, uint timestamp, bool key = false, int length = 10, ReceiveStream? source = null)
    {
        var packet = Packet(number, timestamp, key, length, source);
        if (!_stream.TryNumber(packet, _now, out var sequence, out var sent)) return null;
        (_lastOut, _lastTimestamp) = (sequence, sent);
        return sequence;
    }

    void Keep(long number, uint timestamp, bool key = false)
    {
        _source.Take(Packet(number, timestamp, key, 10, null), keep: true, _now);
        Send(number, timestamp, key);
    }

    // The publisher's number of what would be resent.
    long? Resent(ushort sequence) => _stream.TryFindForResend(sequence, _now, 100_000, out var packet, out _) ? packet.Payload[0] + 0L : null;

    MediaPacket Packet(long number, uint timestamp, bool key, int length, ReceiveStream? source)
    {
        var payload = new byte[length];
        if (length > 0) payload[0] = (byte)number;
        return new MediaPacket { Source = source ?? _source, Sequence = number, Timestamp = timestamp, Payload = payload, PayloadType = 102, StartsKeyFrame = key, AudioLevel = -1 };
    }
}

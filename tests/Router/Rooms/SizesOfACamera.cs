using FirstRing.Media.Rtc.Sdp;
using FirstRing.Simulate.Network;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Rooms;

/// <summary>A camera that comes in three sizes (RFC 8853), each in three frame rates: who gets which, and what their decoders see of the change.</summary>
public sealed class SizesOfACamera
{
    // 58, 192 and 576 kbit/s.
    static readonly int[] Bytes = [60, 200, 600];

    static LinkConditions Path(long bitsPerSecond) => new() { BitsPerSecond = bitsPerSecond, QueueBytes = 40_000, Delay = 20_000 };

    static (InMemoryCall Call, Page[] Pages) Crowd(int people)
    {
        var call = new InMemoryCall();
        var pages = new Page[people];
        for (var person = 0; person < people; person++)
        {
            pages[person] = call.Join(person);
            pages[person].SendSizes(Bytes);
            call.Answer(person, pages[person]);
            call.Admit(person, person);
        }
        return (call, pages);
    }

    [Fact]
    public void Each_gets_the_size_that_their_path_carries()
    {
        var (call, pages) = Crowd(3);
        call.Network.Narrow(pages[2].Address, Path(500_000));
        call.Run(20);
        // What a call of three takes at its best is some 1.3 Mbit/s.
        Assert.Equal([2, 2], SizesSeenBy(call, pages[1], seconds: 2));
        Assert.All(SizesSeenBy(call, pages[2], seconds: 2), size => Assert.InRange(size, 0, 1));
        // Nobody is held back for it.
        Assert.All(pages, page => Assert.True(page.Remb is 0 or > 1_000_000, $"{page.Remb}"));
        foreach (var page in pages) IsWhole(page);

        call.Network.Narrow(pages[2].Address, Path(20_000_000));
        call.Run(30);
        Assert.Equal([2, 2], SizesSeenBy(call, pages[2], seconds: 2));
        IsWhole(pages[2]);
    }

    [Fact]
    public void A_path_that_gets_narrow_gets_less_of_the_pictures_and_all_of_the_sound()
    {
        var (call, pages) = Crowd(3);
        call.Run(8);
        Assert.Equal([2, 2], SizesSeenBy(call, pages[0], seconds: 1));
        call.Network.Narrow(pages[0].Address, Path(400_000));
        call.Run(6);
        var sound = pages[0].On(MediaLayout.AudioSsrc(0)).Packets.Count;
        Assert.All(SizesSeenBy(call, pages[0], seconds: 4), size => Assert.InRange(size, 0, 1));
        Assert.InRange((pages[0].On(MediaLayout.AudioSsrc(0)).Packets.Count - sound) / 200.0, 0.97, 1.01);
        IsWhole(pages[0]);
    }

    [Fact]
    public void Where_the_smallest_size_is_too_much_its_frame_rate_is_lowered_without_a_hole()
    {
        var (call, pages) = Crowd(2);
        pages[1].SendSizes(150, 400, 800); // 144 kbit/s at the least, 36 at the lowest frame rate
        call.Network.Narrow(pages[0].Address, Path(230_000));
        call.Run(15);
        var from = pages[0].On(MediaLayout.VideoSsrc(0)).Last;
        call.Run(4);
        var seen = pages[0].On(MediaLayout.VideoSsrc(0)).Packets.Where(packet => packet.Key > from).Select(packet => packet.Value).ToArray();
        Assert.NotEmpty(seen);
        Assert.All(seen, packet => Assert.InRange(packet.Layer, 0, 1));
        IsWhole(pages[0]);
    }

    [Fact]
    public void Timestamps_of_two_sizes_are_of_one_clock()
    {
        var (call, pages) = Crowd(3);
        call.Network.Narrow(pages[0].Address, Path(500_000));
        call.Run(8);
        call.Network.Narrow(pages[0].Address, Path(20_000_000));
        call.Run(25);
        var packets = pages[0].On(MediaLayout.VideoSsrc(0)).Packets.Values.ToArray();
        var changes = packets.Zip(packets.Skip(1)).Where(pair => pair.First.Page != pair.Second.Page).ToArray();
        Assert.NotEmpty(changes);
        foreach (var (before, after) in changes.TakeLast(1))
        {
            Assert.True(after.IsKeyFrame);
            // By the wall clock alone it would be off by the time on the way: 20 ms and more. A frame is 3,000 ticks; of the sizes each brings its own at the same instant.
            Assert.InRange((int)(after.Timestamp - before.Timestamp), 1, 3_100);
        }
    }

    [Fact]
    public void A_size_that_stops_without_a_word_is_replaced()
    {
        var (call, pages) = Crowd(3);
        call.Run(8);
        Assert.Equal([2, 2], SizesSeenBy(call, pages[0], seconds: 1));
        pages[1].DroppedSizes.Add(2);
        call.Run(2);
        Assert.Equal([1, 2], SizesSeenBy(call, pages[0], seconds: 1).Order());
        pages[1].DroppedSizes.Remove(2);
        call.Run(8);
        Assert.Equal([2, 2], SizesSeenBy(call, pages[0], seconds: 1));
        // Of one that comes in a single size again, that is sent.
        pages[1].DroppedSizes.UnionWith([0, 1]);
        call.Run(3);
        Assert.Equal([2, 2], SizesSeenBy(call, pages[0], seconds: 1));
        IsWhole(pages[0]);
    }

    [Fact]
    public void What_is_lost_of_any_size_on_either_way_is_repaired()
    {
        var (call, pages) = Crowd(3);
        call.Network.Loss = 0.05;
        call.Run(10);
        call.Network.Loss = 0;
        call.Run(2);
        Assert.Equal(0, call.Of(0).Dropped);
        Assert.True(call.Of(0).Retransmitted > 50);
        foreach (var slot in (int[])[0, 1])
        {
            var video = pages[0].On(MediaLayout.VideoSsrc(slot));
            Assert.True(video.Repaired > 10);
            Assert.True(video.Missing < 0.01 * video.Packets.Count, $"{video.Missing} of {video.Packets.Count}");
        }
    }

    [Fact]
    public void A_size_that_was_not_offered_is_dropped_and_counted()
    {
        var (call, pages) = Crowd(2);
        pages[1].Names = ["l", "m", "x"];
        call.Run(4);
        Assert.True(call.Of(1).Dropped > 300);
        Assert.InRange(SizesSeenBy(call, pages[0], seconds: 1).Single(), 0, 1);
    }

    [Fact]
    public void Whoever_speaks_is_given_most_where_there_is_room_for_one()
    {
        var (call, pages) = Crowd(3);
        (pages[0].AudioLevel, pages[1].AudioLevel, pages[2].AudioLevel) = (120, 20, 120);
        call.Network.Narrow(pages[0].Address, Path(900_000)); // one at its best, one small
        call.Run(15);
        var (speaker, other) = Taken();
        Assert.True(speaker > 1.5 * other, $"{speaker} {other}");

        (pages[1].AudioLevel, pages[2].AudioLevel) = (120, 20);
        call.Run(45);
        (other, speaker) = Taken();
        Assert.True(speaker > 1.5 * other, $"{speaker} {other}");

        // Bytes of each of the two in three seconds.
        (int First, int Second) Taken()
        {
            var before = new[] { 0, 1 }.Select(slot => pages[0].On(MediaLayout.VideoSsrc(slot)).Last).ToArray();
            call.Run(3);
            var bytes = new[] { 0, 1 }.Select(slot => pages[0].On(MediaLayout.VideoSsrc(slot)).Packets.Where(packet => packet.Key > before[slot]).Sum(packet => Bytes[packet.Value.Page / 50 - 1])).ToArray();
            return (bytes[0], bytes[1]);
        }
    }

    // The last size of each picture that comes while it goes on so long.
    static int[] SizesSeenBy(InMemoryCall call, Page page, double seconds)
    {
        var before = page.Got.Where(got => got.Key >> 28 == 2).ToDictionary(got => got.Key, got => got.Value.Last);
        call.Run(seconds);
        return [.. before.Where(slot => page.On(slot.Key).Last > slot.Value).OrderBy(slot => slot.Key).Select(slot => page.On(slot.Key).Packets.Values.Last().Page / 50 - 1)];
    }

    // Nothing that a decoder would wait for: each size begins with a keyframe, and its pictures are numbered as if those that were left out had never been.
    static void IsWhole(Page page)
    {
        foreach (var (_, got) in page.Got.Where(got => got.Key >> 28 == 2))
        {
            var (begun, size) = (default(KeyValuePair<long, Received.Packet>), -1);
            foreach (var (number, packet) in got.Packets)
            {
                if (packet.Page != size)
                {
                    if (size >= 0 && got.Packets.ContainsKey(number - 1)) Assert.True(packet.IsKeyFrame);
                    if (size >= 0 && got.Packets.TryGetValue(number - 1, out var last)) Assert.Equal(last.PictureId + 1 & 0x7FFF, packet.PictureId);
                    (begun, size) = (new(number, packet), packet.Page);
                }
                if (begun.Value.IsKeyFrame) Assert.Equal(begun.Value.PictureId + (number - begun.Key) / Camera.PacketsPerFrame & 0x7FFF, packet.PictureId);
            }
        }
    }
}

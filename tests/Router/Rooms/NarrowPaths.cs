using FirstRing.Media.Rtc.Sdp;
using FirstRing.Simulate.Network;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Rooms;

/// <summary>What a subscriber's own reports say of its path, and what the node makes of it.</summary>
public sealed class NarrowPaths
{
    static LinkConditions Path(long bitsPerSecond) => new() { BitsPerSecond = bitsPerSecond, QueueBytes = 40_000, Delay = 20_000 };

    [Fact]
    public void A_subscriber_whose_path_is_narrow_holds_its_publishers_back_until_it_is_wide_again()
    {
        var call = new InMemoryCall();
        var pages = Enumerable.Range(0, 3).Select(person => call.JoinAdmitted(person)).ToArray();
        foreach (var page in pages) page.Camera.PacketBytes = 400;
        call.Run(4);
        // 430 kbit/s a picture, which every path carries.
        Assert.True(pages[0].Remb is 0 or > 450_000, $"{pages[0].Remb}");
        call.Network.Narrow(pages[2].Address, Path(650_000));
        call.Run(10);
        Assert.InRange(pages[0].Remb, 150_000ul, 300_000ul);
        Assert.InRange(pages[1].Remb, 150_000ul, 300_000ul);
        // Who sees others only over a wide path is asked for nothing less.
        Assert.True(pages[2].Remb is 0 or > 450_000, $"{pages[2].Remb}");
        Assert.InRange(ShareOfSound(call, pages[2], 4), 0.98, 1);

        call.Network.Narrow(pages[2].Address, Path(20_000_000));
        call.Run(10);
        Assert.True(pages[0].Remb > 450_000, $"{pages[0].Remb}");
    }

    [Fact]
    public void Where_no_picture_fits_the_sound_goes_on_alone_and_pictures_come_back_by_themselves()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(3);
        call.Network.Narrow(a.Address, Path(110_000));
        call.Run(8);
        var got = a.On(MediaLayout.VideoSsrc(0)).Packets.Count;
        Assert.InRange(ShareOfSound(call, a, 5), 0.98, 1);
        Assert.Equal(got, a.On(MediaLayout.VideoSsrc(0)).Packets.Count);
        var plis = b.PlisAt.Count;
        call.Run(2);
        Assert.Equal(plis, b.PlisAt.Count); // nobody wants a keyframe of what is not sent

        call.Network.Narrow(a.Address, Path(2_000_000));
        call.Run(12);
        var video = a.On(MediaLayout.VideoSsrc(0)).Packets;
        var back = video.First(packet => packet.Key > video.Keys.First() + got - 1);
        Assert.True(back.Value.IsKeyFrame);
        Assert.True(video.Count > got + 200, $"{video.Count - got}");
    }

    [Fact]
    public void The_beginning_is_probed_with_padding_that_nobody_takes_for_media()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(2);
        Assert.True(a.Padding > 5, $"{a.Padding}");
        Assert.True(b.Padding > 5, $"{b.Padding}");
        Assert.Equal(0, a.On(MediaLayout.VideoSsrc(0)).Missing);
        Assert.Equal(0, call.Of(0).NacksIn);
        // Probes of three and six times the first 300 kbit/s left as fast as they should, though the clock is looked at now and then only.
        Assert.InRange(call.Of(0).PathBitsPerSecond!.Value, 1_300_000, 2_550_000);
    }

    [Fact]
    public void A_page_that_never_reports_gets_everything_at_once()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.Join(1));
        b.Reports = false;
        call.Answer(1, b);
        call.Admit(1, 1);
        a.Camera.PacketBytes = 1_000;
        call.Run(6);
        Assert.InRange(b.On(MediaLayout.VideoSsrc(0)).Packets.Count, 560, 720);
        Assert.Equal(0ul, a.Remb);
    }

    [Fact]
    public void A_picture_that_is_too_much_at_once_is_spread_and_the_sound_does_not_wait_behind_it()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Network.Narrow(a.Address, Path(600_000));
        call.Run(5);
        call.Network.Narrow(a.Address, Path(20_000_000)); // of which the node knows nothing yet: what is seen is its own spreading
        call.Run(0.1);
        var (from, begun) = (a.On(MediaLayout.VideoSsrc(0)).Last, call.Network.Now);
        b.SendsVideo = false;
        b.Camera.PacketBytes = 1_100;
        foreach (var _ in Enumerable.Range(0, 7))
            foreach (var packet in b.Camera.Frame()) b.SendVideo(b.Camera, packet, "cam");
        call.Run(1);
        var big = a.On(MediaLayout.VideoSsrc(0)).Packets.Where(packet => packet.Key > from).Select(packet => packet.Value.At).Order().ToArray();
        Assert.InRange(big.Length, 28, 32);
        // Thirty kilobytes, at two and a half times what the path is believed to carry, and in a quarter of a second at the latest.
        Assert.InRange(big[^1] - big[^28], 120_000, 270_000);
        for (var i = 4; i < big.Length; i++) Assert.True(big[i] - big[i - 4] > 10_000, $"{i}");
        var sound = a.On(MediaLayout.AudioSsrc(0)).Packets.Values.Select(packet => packet.At).Where(at => at > begun).Order().ToArray();
        for (var i = 1; i < sound.Length; i++) Assert.InRange(sound[i] - sound[i - 1], 19_000, 21_000);
        Assert.Equal(0, call.Of(0).Retransmitted);
    }

    // Of the other's packets of sound, how many arrive while it goes on so long (s).
    static double ShareOfSound(InMemoryCall call, Page page, double seconds)
    {
        var before = page.On(MediaLayout.AudioSsrc(0)).Packets.Count;
        call.Run(seconds);
        return (page.On(MediaLayout.AudioSsrc(0)).Packets.Count - before) / (seconds * 50);
    }
}

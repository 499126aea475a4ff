using FirstRing.Media.Rtc.Sdp;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Rooms;

public sealed class BadPaths
{
    [Fact]
    public void Ten_percent_loss_both_ways_is_repaired_by_retransmission()
    {
        var call = new InMemoryCall(seed: 7);
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        call.Network.Loss = 0.1;
        call.Run(10);
        call.Network.Loss = 0;
        (a.SendsVideo, b.SendsVideo) = (false, false);
        call.Run(1);

        foreach (var page in new[] { a, b })
        {
            var video = page.On(MediaLayout.VideoSsrc(0));
            Assert.InRange(video.Packets.Count, 1200, 1340);
            // 19 of 100 are lost on the two hops; of those nothing may stay lost for want of asking.
            Assert.True(video.Repaired > 80, $"{video.Repaired} repaired");
            Assert.InRange(video.Missing, 0, video.Packets.Count / 500);
        }
        var statistics = call.Of(0);
        Assert.True(statistics.NacksOut > 50 && statistics.NacksIn > 50 && statistics.Retransmitted > 50);
        Assert.InRange(statistics.PacketsLost, 0, 70); // audio is not asked for again
        Assert.Equal(0, statistics.AuthenticationFailures);
    }

    [Fact]
    public void Without_our_requests_what_the_first_hop_lost_stays_lost()
    {
        var call = new InMemoryCall(seed: 7);
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        a.AsksAgain = false; // answers no NACK either
        call.Run(1);
        call.Network.Loss = 0.1;
        call.Run(5);
        call.Network.Loss = 0;
        call.Run(1);
        Assert.True(b.On(MediaLayout.VideoSsrc(0)).Missing > 30);
    }

    [Fact]
    public void Reordering_and_duplication_change_nothing_but_the_order()
    {
        var call = new InMemoryCall(seed: 3);
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        b.AsksAgain = false; // else what was only late comes twice, rightly
        b.Reports = false;   // a path so restless is believed to be thin, and a picture that pauses ends among late packets
        call.Network.Jitter = 30_000;
        call.Network.Duplication = 0.2;
        call.Run(5);
        call.Network.Jitter = 0;
        call.Run(0.5);

        var video = b.On(MediaLayout.VideoSsrc(0));
        Assert.Equal(0, video.Missing);
        Assert.Equal(0, video.Repeated);
        var numbers = video.Packets.Values.Select(packet => packet.Number).ToArray();
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Length), numbers);
        // The worker hears each duplicate as a replay.
        Assert.True(call.Of(0).AuthenticationFailures > 50);
        Assert.True(a.NacksGot < 600);
    }

    [Fact]
    public void A_sequence_that_begins_just_before_its_wrap_goes_on()
    {
        var call = new InMemoryCall(seed: 5);
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        a.Camera.NextSequence = 65_530;
        a.Camera.Timestamp = uint.MaxValue - 2000;
        a.Camera.PictureId = 0x7FFE;
        call.Network.Loss = 0.1;
        call.Run(4);
        call.Network.Loss = 0;
        a.SendsVideo = false;
        call.Run(1);

        var video = b.On(MediaLayout.VideoSsrc(0));
        Assert.True(video.Packets.Count > 350);
        Assert.Equal(0, video.Missing);
    }

    [Fact]
    public void A_page_that_changes_its_network_goes_on_where_it_was()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(2);
        var before = a.On(MediaLayout.VideoSsrc(0)).Packets.Count;
        call.Move(a, a.Address with { Port = 50_001 });
        call.Run(2);

        Assert.InRange(a.On(MediaLayout.VideoSsrc(0)).Packets.Count - before, 150, 260);
        Assert.InRange(b.On(MediaLayout.VideoSsrc(0)).Missing, 0, 0);
        Assert.Equal("connected", call.Of(0).State);
        Assert.Equal(2, call.Statistics().Count);
        Assert.Equal(2, call.Dtls.Opened);
    }

    [Fact]
    public void Media_from_the_old_address_still_counts_after_a_switch()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        var old = a.Address;
        var elsewhere = old with { Port = 50_002 };
        a.ChecksIce = false;
        a.Check(nominates: true, from: elsewhere);
        var seen = b.On(MediaLayout.VideoSsrc(0)).Packets.Count;
        var got = a.On(MediaLayout.VideoSsrc(0)).Packets.Count;
        call.Run(1);
        Assert.True(b.On(MediaLayout.VideoSsrc(0)).Packets.Count > seen + 100);
        Assert.InRange(a.On(MediaLayout.VideoSsrc(0)).Packets.Count, got, got + 20); // ours goes to the new one, where nobody listens here
    }

    [Fact]
    public void A_check_that_nominates_nothing_does_not_move_the_media()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        a.Check(nominates: false, from: a.Address with { Port = 50_003 });
        var got = a.On(MediaLayout.VideoSsrc(0)).Packets.Count;
        call.Run(1);
        Assert.True(a.On(MediaLayout.VideoSsrc(0)).Packets.Count > got + 100);
    }
}

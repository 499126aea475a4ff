using FirstRing.Media.Rtc.Sdp;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Rooms;

public sealed class CallsOfSeveral
{
    [Fact]
    public void Two_people_see_and_hear_each_other()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(5);

        foreach (var (page, other) in new[] { (a, b), (b, a) })
        {
            var video = page.On(MediaLayout.VideoSsrc(0));
            Assert.InRange(video.Packets.Count, 500, 620);
            Assert.Equal(0, video.Missing);
            Assert.True(video.Packets.Values.First().IsKeyFrame);
            Assert.All(video.Packets.Values, packet => Assert.Equal(other.Camera.Sent.Values.First().Payload[6], packet.Page));
            Assert.InRange(page.On(MediaLayout.AudioSsrc(0)).Packets.Count, 230, 250);
        }
        var statistics = call.Of(0);
        Assert.Equal("connected", statistics.State);
        Assert.True(statistics.PacketsForwarded > 700);
        Assert.Equal(0, statistics.PacketsLost + statistics.AuthenticationFailures + statistics.Retransmitted);
    }

    [Fact]
    public void Four_people_find_each_other_in_the_slots_of_their_seats()
    {
        var call = new InMemoryCall();
        var pages = Enumerable.Range(0, 4).Select(person => call.JoinAdmitted(person)).ToArray();
        call.Run(3);

        for (var viewer = 0; viewer < 4; viewer++)
            for (var seat = 0; seat < 4; seat++)
            {
                if (seat == viewer) continue;
                var slot = MediaLayout.SlotOf(seat, viewer);
                var video = pages[viewer].On(MediaLayout.VideoSsrc(slot));
                Assert.InRange(video.Packets.Count, 250, 380);
                Assert.All(video.Packets.Values, packet => Assert.Equal(seat + 1, packet.Page));
                Assert.All(pages[viewer].On(MediaLayout.AudioSsrc(slot)).Packets.Values, packet => Assert.Equal(seat + 1, packet.Page));
            }
    }

    [Fact]
    public void A_page_that_names_its_streams_by_mid_alone_is_understood()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.Join(0), call.JoinAdmitted(1));
        a.UsesMid = true;
        call.Answer(0, a, withSsrcs: false);
        call.Admit(0, 0);
        call.Network.Loss = 0.05;
        call.Run(5);

        var video = b.On(MediaLayout.VideoSsrc(0));
        Assert.True(video.Packets.Count > 500);
        Assert.Equal(0, call.Of(0).Dropped);
    }

    [Fact]
    public void The_screen_slot_follows_whoever_began_to_share_last()
    {
        var call = new InMemoryCall();
        var pages = Enumerable.Range(0, 3).Select(person => call.JoinAdmitted(person)).ToArray();
        pages[0].SharesScreen = true;
        call.Run(2);
        Assert.All(pages[2].On(MediaLayout.ScreenSsrc).Packets.Values, packet => Assert.Equal(101, packet.Page));
        Assert.True(pages[2].On(MediaLayout.ScreenSsrc).Packets.Count > 150);

        pages[1].SharesScreen = true;
        call.Run(2);
        Assert.Equal(102, pages[2].On(MediaLayout.ScreenSsrc).Packets.Values.Last().Page);
        Assert.True(pages[0].On(MediaLayout.ScreenSsrc).Packets.Count > 100);
        Assert.Equal(0, pages[2].On(MediaLayout.ScreenSsrc).Missing);

        pages[1].SharesScreen = false;
        call.Run(5);
        Assert.Equal(101, pages[2].On(MediaLayout.ScreenSsrc).Packets.Values.Last().Page);
        Assert.True(pages[2].On(MediaLayout.ScreenSsrc).Packets.Values.Last().At > call.Network.Now - 200_000);
    }
}

using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Rooms;

public sealed class PathsOverTcp
{
    [Fact]
    public void The_same_address_and_port_by_udp_and_by_tcp_are_two_paths()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.Join(1));
        call.Move(b, a.Address with { IsTcp = true });
        call.Answer(1, b);
        call.Admit(1, 1);
        call.Run(3);

        Assert.Equal("connected", call.Of(0).State);
        Assert.Equal("connected", call.Of(1).State);
        Assert.All(new[] { a, b }, page => Assert.True(page.On(MediaLayout.VideoSsrc(0)).Packets.Count > 200));
    }

    [Fact]
    public void A_connection_that_ends_is_a_path_less_and_the_next_one_goes_on_where_it_was()
    {
        var call = new InMemoryCall();
        var (a, b) = (OverTcp(call, 0), call.JoinAdmitted(1));
        call.Run(2);
        a.ChecksIce = false;
        call.Worker.OnPathGone(a.Address, call.Network.Now);
        Assert.Equal("disconnected", call.Of(0).State);
        Assert.False(call.Worker.Knows(a.Address));
        var got = a.On(MediaLayout.VideoSsrc(0)).Packets.Count;
        call.Run(0.5);
        Assert.InRange(a.On(MediaLayout.VideoSsrc(0)).Packets.Count, got, got + 10); // what was under way

        call.Move(a, a.Address with { Port = 50_001 });
        a.ChecksIce = true;
        call.Run(2);
        Assert.Equal("connected", call.Of(0).State);
        Assert.True(a.On(MediaLayout.VideoSsrc(0)).Packets.Count > got + 150);
        Assert.Equal(2, call.Statistics().Count);
        Assert.Equal(2, call.Dtls.Opened);
        Assert.Equal(["connected", "disconnected", "connected"], call.Heard.Where(news => news.Participant == call.People[0]).Select(news => news.State));
    }

    [Fact]
    public void Who_loses_a_connection_and_has_another_path_goes_on_by_that()
    {
        var call = new InMemoryCall();
        var (a, _) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        var tcp = a.Address with { Port = 50_002, IsTcp = true };
        a.Check(nominates: true, from: tcp);
        call.Run(0.1);
        a.ChecksIce = false;
        var got = a.On(MediaLayout.VideoSsrc(0)).Packets.Count;
        call.Worker.OnPathGone(tcp, call.Network.Now);
        call.Run(2);
        Assert.Equal("connected", call.Of(0).State);
        Assert.True(a.On(MediaLayout.VideoSsrc(0)).Packets.Count > got + 150);
    }

    [Fact]
    public void Nobody_who_never_comes_back_is_waited_for_longer_than_for_a_check()
    {
        var call = new InMemoryCall();
        var (a, _) = (OverTcp(call, 0), call.JoinAdmitted(1));
        call.Run(1);
        a.ChecksIce = false;
        call.Worker.OnPathGone(a.Address, call.Network.Now);
        call.Run(31);
        Assert.Equal("failed", call.Heard.Last(news => news.Participant == call.People[0]).State);
    }

    [Fact]
    public void A_connection_that_does_not_drain_gets_sound_and_no_picture_and_then_a_keyframe_without_a_gap()
    {
        var call = new InMemoryCall();
        var (a, b) = (OverTcp(call, 0), call.JoinAdmitted(1));
        call.Run(2);
        call.Batch.IsFull = true;
        call.Run(0.1);
        var (sound, pictures, keyFrames) = (a.On(MediaLayout.AudioSsrc(0)).Packets.Count, a.On(MediaLayout.VideoSsrc(0)).Packets.Count, b.Camera.KeyFrames);
        call.Run(2);
        Assert.InRange(a.On(MediaLayout.AudioSsrc(0)).Packets.Count - sound, 95, 105);
        Assert.Equal(pictures, a.On(MediaLayout.VideoSsrc(0)).Packets.Count);

        call.Batch.IsFull = false;
        call.Run(2);
        Assert.True(b.Camera.KeyFrames > keyFrames, "no keyframe was asked for");
        Assert.True(a.On(MediaLayout.VideoSsrc(0)).Packets.Count > pictures + 100);
        Assert.Equal(0, a.On(MediaLayout.VideoSsrc(0)).Missing);
        Assert.True(a.On(MediaLayout.VideoSsrc(0)).Packets.Values.First(packet => packet.At > call.Network.Now - 1_990_000).IsKeyFrame);
    }

    [Fact]
    public void What_waited_for_by_tcp_is_begun_anew_when_the_path_is_udp_again()
    {
        var call = new InMemoryCall();
        var (a, _) = (OverTcp(call, 0), call.JoinAdmitted(1));
        call.Run(2);
        call.Batch.IsFull = true;
        call.Run(1);
        var pictures = a.On(MediaLayout.VideoSsrc(0)).Packets.Count;
        call.Move(a, a.Address with { IsTcp = false });
        call.Run(2);
        Assert.True(a.On(MediaLayout.VideoSsrc(0)).Packets.Count > pictures + 100);
    }

    [Fact]
    public void What_left_by_tcp_is_never_sent_twice_and_what_left_by_udp_before_is()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        a.AsksAgain = false;
        call.Run(2);
        var before = (ushort)(a.On(MediaLayout.VideoSsrc(0)).Last - 4);
        call.Move(a, a.Address with { IsTcp = true });
        call.Run(0.6);
        var resent = call.Of(0).Retransmitted;
        Ask(a, (ushort)a.On(MediaLayout.VideoSsrc(0)).Last);
        call.Run(0.2);
        Assert.Equal(resent, call.Of(0).Retransmitted);
        Ask(a, before);
        call.Run(0.2);
        Assert.Equal(resent + 1, call.Of(0).Retransmitted);
        Assert.True(b.Camera.Count > 0);
    }

    static Page OverTcp(InMemoryCall call, int person)
    {
        var page = call.JoinAdmitted(person);
        call.Move(page, page.Address with { IsTcp = true });
        return page;
    }

    static void Ask(Page page, ushort sequence)
    {
        var packet = new byte[100];
        page.SendRtcp(packet.AsSpan(0, Nack.Write(packet, page.AudioSsrc, MediaLayout.VideoSsrc(0), [sequence], out _)));
    }
}

using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Rooms;

public sealed class LifeOfAPeer
{
    [Fact]
    public void Without_checks_a_peer_is_disconnected_after_ten_seconds_and_gone_after_thirty()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        a.ChecksIce = false;
        call.Run(9);
        Assert.Equal("connected", call.Of(0).State);
        call.Run(2);
        Assert.Equal("disconnected", call.Of(0).State);
        // Consent is gone: nothing is sent to it, but what it says is still heard.
        var (got, seen) = (a.On(MediaLayout.VideoSsrc(0)).Packets.Count, b.On(MediaLayout.VideoSsrc(0)).Packets.Count);
        call.Run(1);
        Assert.Equal(got, a.On(MediaLayout.VideoSsrc(0)).Packets.Count);
        Assert.True(b.On(MediaLayout.VideoSsrc(0)).Packets.Count > seen + 80);
        call.Run(20);
        Assert.Single(call.Statistics());
        Assert.Equal(["connected", "disconnected", "failed"], call.Heard.Where(news => news.Participant == call.People[0]).Select(news => news.State));
        Assert.Equal(1, call.Worker.Counters.Peers);
        Assert.Equal(1, call.Dtls.Closed);
    }

    [Fact]
    public void A_disconnected_peer_that_checks_again_is_connected_again()
    {
        var call = new InMemoryCall();
        var (a, _) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        a.ChecksIce = false;
        call.Run(12);
        a.ChecksIce = true;
        var got = a.On(MediaLayout.VideoSsrc(0)).Packets.Count;
        call.Run(2);
        Assert.Equal("connected", call.Of(0).State);
        Assert.True(a.On(MediaLayout.VideoSsrc(0)).Packets.Count > got + 150);
    }

    [Fact]
    public void Keyframes_are_asked_for_once_for_many_and_not_more_often_than_each_half_second()
    {
        var call = new InMemoryCall();
        var a = call.JoinAdmitted(0);
        call.Run(2);
        Assert.Empty(a.PlisAt);
        var others = Enumerable.Range(1, 4).Select(person => call.JoinAdmitted(person)).ToArray();
        call.Run(1);
        Assert.InRange(a.PlisAt.Count, 1, 2);

        var before = a.PlisAt.Count;
        for (var i = 0; i < 100; i++)
        {
            foreach (var other in others)
            {
                var pli = new byte[Pli.Length];
                Pli.Write(pli, other.AudioSsrc, MediaLayout.VideoSsrc(0));
                other.SendRtcp(pli);
            }
            call.Run(0.02);
        }
        Assert.InRange(a.PlisAt.Count - before, 3, 5);
        for (var i = 1; i < a.PlisAt.Count; i++) Assert.True(a.PlisAt[i] - a.PlisAt[i - 1] >= 490_000);
        Assert.True(call.Of(1).PlisIn >= 100);
    }

    [Fact]
    public void A_keyframe_that_does_not_come_is_asked_for_again()
    {
        var call = new InMemoryCall();
        var a = call.JoinAdmitted(0);
        call.Run(1);
        a.Camera.WantsKeyFrame = false;
        var b = call.JoinAdmitted(1);
        call.Network.Loss = 1; // media does not pass, so no keyframe arrives; requests do
        call.Run(0.5);
        call.Network.Loss = 0;
        call.Run(3);
        Assert.NotEmpty(a.PlisAt);
        Assert.True(b.On(MediaLayout.VideoSsrc(0)).Packets.Count > 100);
    }

    [Fact]
    public void A_slot_that_changes_hands_goes_on_without_a_jump()
    {
        var call = new InMemoryCall();
        var (viewer, first, second) = (call.JoinAdmitted(0), call.JoinAdmitted(1), call.Join(2));
        call.Answer(2, second);
        call.Run(3);
        call.Post(new FirstRing.Media.Router.Workers.RemoveParticipant(call.Call, call.People[1]));
        call.Run(1.5);
        call.Admit(2, 1);
        call.Run(3);

        var video = viewer.On(MediaLayout.VideoSsrc(0)).Packets;
        Assert.Equal(0, viewer.On(MediaLayout.VideoSsrc(0)).Missing);
        Assert.Equal([2, 3], video.Values.Select(packet => (int)packet.Page).Distinct());
        var change = video.First(packet => packet.Value.Page == 3);
        var before = video[change.Key - 1];
        Assert.True(change.Value.IsKeyFrame);
        Assert.Equal(before.PictureId + 1, change.Value.PictureId);
        // The timestamp moved on by the time that passed, not by a step.
        Assert.InRange((change.Value.Timestamp - before.Timestamp) / 90_000.0, (change.Value.At - before.At) / 1e6 - 0.05, (change.Value.At - before.At) / 1e6 + 0.05);
        var pictures = video.Values.Select(packet => packet.PictureId).ToArray();
        for (var i = 1; i < pictures.Length; i++) Assert.InRange(pictures[i] - pictures[i - 1], 0, 1);
        var audio = viewer.On(MediaLayout.AudioSsrc(0));
        Assert.Equal(0, audio.Missing);
        Assert.Equal([2, 3], audio.Packets.Values.Select(packet => (int)packet.Page).Distinct());
        _ = first;
    }

    [Fact]
    public void The_publisher_hears_when_each_packet_arrived_and_which_did_not()
    {
        var call = new InMemoryCall(seed: 2);
        var (a, _) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        call.Network.Loss = 0.1;
        call.Run(4);
        Assert.InRange(a.TransportReports, 60, 110);
        Assert.True(a.TransportReceived.Count > 500);
        Assert.InRange(a.TransportLost, 40, 160);
        var block = a.Blocks.Last(one => one.Ssrc == a.Camera.Ssrc);
        Assert.InRange(block.FractionLost, 10, 45);
        Assert.InRange(block.CumulativeLost, 25, 80);
    }

    [Fact]
    public void A_sender_report_passes_with_the_slots_own_timestamps_and_yields_the_round_trip()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(2);
        var report = new byte[64];
        var ntp = 0x1234_5678_0000_0000ul;
        a.SendRtcp(report.AsSpan(0, SenderReport.Write(report, a.Camera.Ssrc, ntp, a.Camera.Timestamp, 1, 1)));
        call.Run(1.5);
        var (_, rtp, sentNtp) = b.SenderReports.First(one => one.Ssrc == MediaLayout.VideoSsrc(0));
        // Both clocks were moved on to the moment of sending, together.
        var passed = (sentNtp - ntp) / 4294967296.0;
        Assert.InRange(passed, 0, 1.1);
        var newest = b.On(MediaLayout.VideoSsrc(0)).Packets.Values.Last().Timestamp;
        Assert.InRange((newest - rtp) / 90_000.0, 0, 1.6);

        var block = new ReportBlock { Ssrc = MediaLayout.VideoSsrc(0), LastSenderReport = (uint)(sentNtp >> 16), DelaySinceLast = 0 };
        var sentAt = call.Network.Now;
        b.SendRtcp(report.AsSpan(0, ReceiverReport.Write(report, b.AudioSsrc, [block])));
        call.Run(0.1);
        Assert.NotNull(call.Of(1).RoundTripMs);
        Assert.InRange(call.Of(1).RoundTripMs!.Value, 20, 1600 + (call.Network.Now - sentAt) / 1000.0);
    }
}

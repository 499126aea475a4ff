using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Router.Workers;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Rooms;

public sealed class Admission
{
    [Fact]
    public void Who_is_not_admitted_neither_sends_nor_receives()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.Join(1));
        call.Answer(1, b);
        call.Run(3);
        Assert.Equal("connected", call.Of(1).State);
        Assert.Empty(a.Got);
        Assert.Empty(b.Got);
        Assert.Empty(b.SenderReports);

        call.Admit(1, 1);
        call.Run(2);
        Assert.True(a.On(MediaLayout.VideoSsrc(0)).Packets.Count > 150);
        Assert.True(b.On(MediaLayout.VideoSsrc(0)).Packets.Count > 150);
        Assert.True(b.On(MediaLayout.VideoSsrc(0)).Packets.Values.First().IsKeyFrame);
    }

    [Fact]
    public void Admission_answer_and_connection_may_come_in_any_order()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.Join(0), call.Join(1));
        call.Run(1);
        Assert.All(call.Statistics(), peer => Assert.Equal("dtls", peer.State));
        call.Admit(0, 0);
        call.Answer(1, b);
        call.Run(1);
        Assert.Empty(b.Got);
        call.Answer(0, a);
        call.Admit(1, 4);
        call.Run(1);
        Assert.True(b.On(MediaLayout.VideoSsrc(0)).Packets.Count > 50);
        Assert.True(a.On(MediaLayout.VideoSsrc(3)).Packets.Count > 50);
    }

    [Fact]
    public void A_certificate_other_than_the_announced_one_never_gets_media()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.Join(1));
        call.Answer(1, b, fingerprint: new byte[32]);
        call.Admit(1, 1);
        call.Run(3);
        Assert.Empty(b.Got);
        Assert.Empty(a.Got);
        Assert.Contains(call.Heard, news => news.Participant == call.People[1] && news.State == "failed");
        Assert.DoesNotContain(call.Heard, news => news.Participant == call.People[1] && news.State == "connected");
    }

    [Fact]
    public void A_second_answer_with_another_certificate_ends_the_peer()
    {
        var call = new InMemoryCall();
        var (a, _) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        call.Answer(0, a, fingerprint: new byte[32]);
        call.Run(0.1);
        Assert.Contains(call.Heard, news => news.Participant == call.People[0] && news.State == "failed");
    }

    [Fact]
    public async Task A_seat_is_given_once()
    {
        var call = new InMemoryCall();
        var outcomes = new[] { call.Admit(0, 2), call.Admit(1, 2), call.Admit(0, 2), call.Admit(1, 6), call.Admit(1, -1), call.Admit(0, 3), call.Admit(1, 2) };
        call.Worker.OnTick(call.Network.Now);
        Assert.Equal(
            [
                CommandOutcome.Done, CommandOutcome.SeatTaken, CommandOutcome.Done, CommandOutcome.SeatTaken, CommandOutcome.SeatTaken,
                CommandOutcome.Done, CommandOutcome.Done,
            ],
            await Task.WhenAll(outcomes));
    }

    [Fact]
    public void A_newer_connection_takes_over_once_it_is_connected_and_others_see_no_break()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(2);
        var again = call.Join(0, generation: 1);
        call.Run(1);
        Assert.Equal(2, call.Statistics().Count(peer => peer.Participant == call.People[0]));
        var before = b.On(MediaLayout.VideoSsrc(0)).Packets.Count;
        Assert.True(before > 250);

        call.Answer(0, again, generation: 1);
        call.Run(2);
        var video = b.On(MediaLayout.VideoSsrc(0));
        Assert.Equal(1, call.Of(0).Generation);
        Assert.Equal(3, video.Packets.Values.Last().Page);
        Assert.Equal(0, video.Missing);
        Assert.True(again.On(MediaLayout.VideoSsrc(0)).Packets.Count > 100);
        Assert.Contains(call.Heard, news => news is { Generation: 0, State: "closed" });
        Assert.Equal(CommandOutcome.GenerationStale, Outcome(call, call.Answer(0, a, generation: 0)));
    }

    [Fact]
    public void Who_is_removed_is_gone_and_cannot_come_back_by_itself()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(2);
        call.Post(new RemoveParticipant(call.Call, call.People[1]));
        call.Run(0.5);
        var (seen, got) = (a.On(MediaLayout.VideoSsrc(0)).Packets.Count, b.On(MediaLayout.VideoSsrc(0)).Packets.Count);
        var errors = b.StunErrors;
        call.Run(3);
        Assert.Equal(seen, a.On(MediaLayout.VideoSsrc(0)).Packets.Count);
        Assert.Equal(got, b.On(MediaLayout.VideoSsrc(0)).Packets.Count);
        Assert.True(b.StunErrors > errors);
        Assert.Single(call.Statistics());
        Assert.Equal(CommandOutcome.Done, Outcome(call, call.Admit(2, 1)));
    }

    [Fact]
    public void A_closed_call_is_not_brought_back_by_checks()
    {
        var call = new InMemoryCall();
        var (a, _) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        call.Post(new CloseCall(call.Call));
        call.Run(2);
        Assert.Equal(CommandOutcome.NoSuchCall, Outcome(call, call.Post(new TakeSnapshot(call.Call))));
        Assert.Equal(0, call.Worker.Counters.Peers);
        Assert.True(a.StunErrors > 0);
        Assert.Equal(call.Dtls.Opened, call.Dtls.Closed);
    }

    [Fact]
    public void An_offer_that_is_answered_too_late_or_was_never_made_creates_nothing()
    {
        var call = new InMemoryCall();
        var late = call.Join(0, lifetime: -1);
        using var foreign = new IceCredentials(new byte[32], 1);
        call.Add(foreign.Issue(new IceIdentity(call.Call.Value, call.People[1].Value, 0), long.MaxValue), 20);
        var forged = call.Credentials.Issue(new IceIdentity(call.Call.Value, call.People[2].Value, 0), long.MaxValue);
        call.Add((forged.Ufrag, "aaaaaaaaaaaaaaaaaaaaaaaa"), 21);
        call.Add(("short", forged.Password), 22);
        call.Run(2);
        Assert.Equal(0, call.Worker.Counters.Peers);
        Assert.Equal(0, call.Worker.Counters.Calls);
        Assert.Equal(0, call.Dtls.Opened);
        Assert.Equal(0, late.StunAnswers);
        Assert.True(call.Worker.Counters.RefusedChecks >= 16);
    }

    [Fact]
    public void A_worker_takes_no_more_peers_than_it_may()
    {
        var call = new InMemoryCall(mostPeers: 3);
        for (var person = 0; person < 6; person++) call.Join(person);
        call.Run(1);
        Assert.Equal(3, call.Worker.Counters.Peers);
    }

    static CommandOutcome Outcome(InMemoryCall call, Task<CommandOutcome> outcome)
    {
        call.Worker.OnTick(call.Network.Now);
        Assert.True(outcome.IsCompleted);
        return outcome.GetAwaiter().GetResult();
    }
}

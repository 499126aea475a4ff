using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Contracts.Signaling;
using FirstRing.Media.Router;
using FirstRing.Media.Router.Control;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FirstRing.Tests.Router.Control;

/// <summary>What a media node does when it is told to stop.</summary>
public sealed class ANodeLeaves
{
    [Fact]
    public async Task It_carries_its_calls_until_signaling_has_moved_them_and_stops_then()
    {
        using var leaving = new Leaving();
        await leaving.Holds(call: 1);
        await leaving.Holds(call: 2);
        leaving.Signaling.Answers = beat => new BeatAnswer(leaving.Signaling.Beats.Count > 3 ? beat.Calls.Take(1).ToList() : [], Elsewhere: true);
        var left = leaving.Lifetime.Leave();
        await leaving.Until(() => leaving.Signaling.Beats.Count == 3);
        Assert.False(leaving.Host.IsStopping);
        Assert.Equal(2, leaving.Node.Calls.Count);
        await leaving.Until(() => left.IsCompleted);
        Assert.True(leaving.Host.IsStopping);
        Assert.Empty(leaving.Node.Calls);
        Assert.All(leaving.Signaling.Beats, beat => Assert.True(beat.Draining));
    }

    [Fact]
    public async Task Where_no_other_node_is_it_stops_at_once()
    {
        using var leaving = new Leaving();
        await leaving.Holds(call: 1);
        leaving.Signaling.Answers = _ => new BeatAnswer([], Elsewhere: false);
        await leaving.Lifetime.Leave();
        Assert.True(leaving.Host.IsStopping);
        Assert.Single(leaving.Signaling.Beats);
    }

    [Fact]
    public async Task What_nobody_takes_holds_it_up_for_thirty_seconds_and_no_longer_even_if_signaling_is_away()
    {
        using var leaving = new Leaving();
        await leaving.Holds(call: 1);
        leaving.Signaling.Answers = _ => leaving.Signaling.Beats.Count % 2 == 0 ? new BeatAnswer([], Elsewhere: true) : throw new HttpRequestException("away");
        var from = leaving.Clock.GetTimestamp();
        var left = leaving.Lifetime.Leave();
        await leaving.Until(() => left.IsCompleted);
        Assert.InRange(leaving.Clock.GetElapsedTime(from), NodeLifetime.Longest, NodeLifetime.Longest + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Told_twice_it_stops_at_once()
    {
        using var leaving = new Leaving();
        await leaving.Holds(call: 1);
        leaving.Signaling.Answers = _ => new BeatAnswer([], Elsewhere: true);
        _ = leaving.Lifetime.Leave();
        Assert.False(leaving.Host.IsStopping);
        await leaving.Lifetime.Leave();
        Assert.True(leaving.Host.IsStopping);
    }

    sealed class Leaving : IDisposable
    {
        public Leaving()
        {
            Node = new MediaNode(new MediaOptions { Workers = 1 }, TimeProvider.System);
            Node.Start();
            var beat = new NodeBeat(Node, new MediaOptions(), () => Signaling, Clock, NullLogger<NodeBeat>.Instance);
            Lifetime = new NodeLifetime(Node, beat, Host, Clock, NullLogger<NodeLifetime>.Instance);
        }

        public FakeTimeProvider Clock { get; } = new();
        public MediaNode Node { get; }
        public NodeLifetime Lifetime { get; }
        public StubSignaling Signaling { get; } = new();
        public StubHost Host { get; } = new();

        public async Task Holds(byte call)
        {
            await Until(() => Node.Ready);
            var id = new CallId(new Guid(call, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
            Assert.Null((await Node.Admit(new AdmitParticipant(id, new ParticipantId(id.Value), 0, 1), CancellationToken.None)).Refused);
        }

        /// <summary>Time passes until it holds.</summary>
        public async Task Until(Func<bool> holds)
        {
            for (var turn = 0; !holds(); turn++)
            {
                Assert.True(turn < 6000, "waited in vain");
                Clock.Advance(TimeSpan.FromMilliseconds(50));
                await Task.Delay(5);
            }
        }

        public void Dispose()
        {
            Lifetime.Dispose();
            Node.Dispose();
            Host.Dispose();
        }
    }

    sealed class StubSignaling : ISignalingClient
    {
        public List<MediaNodeBeat> Beats { get; } = [];
        public Func<MediaNodeBeat, BeatAnswer> Answers { get; set; } = _ => new BeatAnswer([]);

        public Task<Answer<BeatAnswer>> MediaNodeBeat(MediaNodeBeat request, CancellationToken stop)
        {
            Beats.Add(request);
            return Task.FromResult<Answer<BeatAnswer>>(Answers(request));
        }

        public Task<Answer<Done>> ReportPeers(ReportPeers request, CancellationToken stop) => throw new NotSupportedException();
        public Task<Answer<PresenceList>> GetPresence(GetPresence request, CancellationToken stop) => throw new NotSupportedException();
        public Task<Answer<Admission>> GetAdmission(GetAdmission request, CancellationToken stop) => throw new NotSupportedException();
    }

    sealed class StubHost : IHostApplicationLifetime, IDisposable
    {
        readonly CancellationTokenSource stopping = new();

        public bool IsStopping => stopping.IsCancellationRequested;
        public CancellationToken ApplicationStarted => CancellationToken.None;
        public CancellationToken ApplicationStopping => stopping.Token;
        public CancellationToken ApplicationStopped => CancellationToken.None;
        public void StopApplication() => stopping.Cancel();
        public void Dispose() => stopping.Dispose();
    }
}

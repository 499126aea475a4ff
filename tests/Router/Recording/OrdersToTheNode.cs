using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Contracts.Signaling;
using FirstRing.Media.Router;
using FirstRing.Media.Router.Control;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FirstRing.Tests.Router.Recording;

/// <summary>What a node does with orders about recordings, and with their absence.</summary>
public sealed class OrdersToTheNode
{
    static readonly CallId Call = new(new Guid(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
    static readonly string Key = Convert.ToBase64String(new byte[32]);

    static RecordCall Order(int turn, string state, string? key = null, int epoch = 2) => new(Call, epoch, new RecordingId(Call.Value), turn, state, key ?? (state == RecordingStates.Running ? Key : ""));

    static async Task<string?> Ask(MediaNode node, RecordCall order) => (await node.Record(order, CancellationToken.None)).Refused?.Code;

    [Fact]
    public async Task Orders_are_fenced_by_the_placement_and_by_their_turn_and_want_a_key()
    {
        using var folder = new TempFolder();
        using var node = new MediaNode(new MediaOptions { Workers = 1, Recordings = folder.At("recordings") }, TimeProvider.System);
        node.Start();
        Assert.Null(await Ask(node, Order(1, RecordingStates.Running)));
        Assert.Equal("placement-stale", await Ask(node, Order(2, RecordingStates.Running, epoch: 1)));
        Assert.Null(await Ask(node, Order(2, RecordingStates.Resting)));
        Assert.Equal("recording-stale", await Ask(node, Order(1, RecordingStates.Running)));
        foreach (var key in new[] { "", "AAAA", "no base64", Convert.ToBase64String(new byte[33]) }) Assert.Equal("recording-not-valid", await Ask(node, Order(3, RecordingStates.Running, key)));
        Assert.Null(await Ask(node, Order(3, RecordingStates.Stopped)));
        using var without = new MediaNode(new MediaOptions { Workers = 1 }, TimeProvider.System);
        without.Start();
        Assert.Equal("cannot-record", await Ask(without, Order(1, RecordingStates.Running)));
    }

    [Fact]
    public async Task A_node_that_hears_nothing_for_three_seconds_holds_its_recordings_until_it_does()
    {
        using var node = new MediaNode(new MediaOptions { Workers = 1 }, TimeProvider.System);
        node.Start();
        var clock = new FakeTimeProvider();
        var signaling = new Silent();
        using var beat = new NodeBeat(node, new MediaOptions(), () => signaling, clock, NullLogger<NodeBeat>.Instance);
        await Until(() => node.Ready);
        await beat.StartAsync(CancellationToken.None);
        for (var second = 0; second < 10; second++) await Pass(1);
        Assert.False(node.Workers[0].HoldsRecordings);

        // No refusal: it hangs.
        signaling.Hangs = true;
        await Pass(2);
        Assert.False(node.Workers[0].HoldsRecordings);
        await Pass(3);
        await Until(() => node.Workers[0].HoldsRecordings);
        signaling.Hangs = false;
        signaling.Release.TrySetResult();
        await Pass(2);
        await Until(() => !node.Workers[0].HoldsRecordings);
        await beat.StopAsync(CancellationToken.None);

        async Task Pass(int seconds)
        {
            for (var second = 0; second < seconds; second++)
            {
                var before = signaling.Beats;
                clock.Advance(TimeSpan.FromSeconds(1));
                if (!signaling.Hangs) await Until(() => signaling.Beats > before);
            }
        }
    }

    static async Task Until(Func<bool> holds)
    {
        for (var turn = 0; !holds(); turn++)
        {
            Assert.True(turn < 4000, "waited in vain");
            await Task.Delay(5);
        }
    }

    sealed class Silent : ISignalingClient
    {
        public bool Hangs { get; set; }
        public int Beats { get; private set; }
        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<Answer<BeatAnswer>> MediaNodeBeat(MediaNodeBeat request, CancellationToken stop)
        {
            if (Hangs) await Release.Task;
            Beats++;
            return new BeatAnswer([]);
        }

        public Task<Answer<Done>> ReportPeers(ReportPeers request, CancellationToken stop) => throw new NotSupportedException();
        public Task<Answer<PresenceList>> GetPresence(GetPresence request, CancellationToken stop) => throw new NotSupportedException();
        public Task<Answer<Admission>> GetAdmission(GetAdmission request, CancellationToken stop) => throw new NotSupportedException();
    }
}

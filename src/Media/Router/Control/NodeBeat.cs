using FirstRing.Contracts.Media;
using FirstRing.Contracts.Signaling;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Media.Router.Control;

/// <summary>Tells signaling each second that the node lives, how busy it is and which calls it holds, and drops the calls that signaling has placed elsewhere.</summary>
internal sealed partial class NodeBeat(MediaNode node, MediaOptions options, Func<ISignalingClient> signaling, TimeProvider clock, ILogger<NodeBeat> log) : BackgroundService
{
    // Packets a second that a participant of a call of four receives: 3 × (30 frames × 4.5 packets + 50 of audio).
    private const int PacketsPerParticipant = 555;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly NodeLoad load = new(node, clock);
    private long answeredAt = clock.GetTimestamp();
    private bool holds;

    /// <summary>So long without an answer, nothing more is recorded: nobody could take their consent back.</summary>
    public static readonly TimeSpan RecordsUnheardFor = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Second, clock);
        // Beside the beats: one that hangs is no answer either.
        await using var watch = clock.CreateTimer(_ => Hold(clock.GetElapsedTime(Volatile.Read(ref answeredAt)) >= RecordsUnheardFor), null, Second, Second);
        do
        {
            if (node is { Ready: true, IsDraining: false })
            {
                await Now(stoppingToken);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One beat. The answer; null when there was none.</summary>
    public async Task<BeatAnswer?> Now(CancellationToken stop)
    {
        try
        {
            var capacity = options.Workers * options.PacketsPerWorker / PacketsPerParticipant;
            var answer = await signaling().MediaNodeBeat(
                new MediaNodeBeat(options.Node, node.Incarnation, options.Region, options.Address, load.Read(), capacity, node.Calls, node.IsDraining), stop);
            foreach (var call in answer.Value?.Drop ?? [])
            {
                await node.Close(new CloseCall(call.Call, call.PlacementEpoch), stop);
            }
            Volatile.Write(ref answeredAt, clock.GetTimestamp());
            Hold(false);
            return answer.Value;
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            // The next beat is the retry; three missed ones and the calls move.
            BeatFailed(failure.GetType().Name);
            return null;
        }
    }

    private void Hold(bool now)
    {
        lock (load)
        {
            if (now != holds)
            {
                node.HoldRecordings(holds = now);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The media node's beat did not reach signaling: {Failure}")]
    private partial void BeatFailed(string failure);
}

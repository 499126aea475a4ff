using FirstRing.Contracts.Signaling;
using Microsoft.Extensions.Hosting;

namespace FirstRing.Media.Router.Control;

/// <summary>Brings peers' states to signaling in order, and keeps at it until they are taken.</summary>
internal sealed class PeerDelivery(MediaNode node, MediaOptions options, Func<ISignalingClient> signaling, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var reports = await node.Reports.Take(stoppingToken);
            for (var pause = FirstPause; !await Deliver(reports, stoppingToken); pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                await Task.Delay(pause, clock, stoppingToken);
            }
        }
    }

    private async Task<bool> Deliver(IReadOnlyList<PeerReport> reports, CancellationToken stop)
    {
        try
        {
            // A refusal is an answer too: signaling knows better than we what became of the call.
            await signaling().ReportPeers(new ReportPeers(options.Node, node.Incarnation, reports), stop);
            return true;
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }
}

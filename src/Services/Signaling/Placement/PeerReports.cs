using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Http;
using FirstRing.Signaling.Log;

namespace FirstRing.Signaling.Placement;

/// <summary>
/// What media nodes say became of transports, as long as they are the current ones. A failed one gets a new offer if the page is there to take it; else it
/// gets one when it comes back.
/// </summary>
internal static class PeerReports
{
    // Seen is written every ten seconds, by a loop that looks every three.
    static readonly TimeSpan Present = TimeSpan.FromSeconds(15);
    static readonly HashSet<string> States = ["connected", "disconnected", "failed", "closed"];

    public static async Task Take(CallLog log, Reconciler reconciler, ReportPeers report, CancellationToken stop)
    {
        foreach (var peer in report.Peers.Where(peer => States.Contains(peer.State)))
        {
            var wants = await log.Store.Commit(Caller.System("signaling"), async transaction =>
            {
                var of = new { call = peer.Call.ToString(), participant = peer.Participant.ToString(), generation = (long)peer.Generation, epoch = (long)peer.PlacementEpoch,
                    report.Node, incarnation = report.Incarnation.ToString("N"), peer.State, present = transaction.Now - (long)Present.TotalMicroseconds };
                var taken = await transaction.Execute(
                    """
                    UPDATE participants SET peer_state = @State WHERE call = @call AND participant = @participant AND generation = @generation AND EXISTS
                      (SELECT 1 FROM calls c WHERE c.call = participants.call AND c.placement_epoch = @epoch AND c.node = @Node AND c.node_incarnation = @incarnation AND c.state = 'open')
                    """, of);
                if (taken == 0) return 0;
                await Handover.Arrived(transaction, of.call);
                if (peer.State != "failed") return 0;
                return await transaction.Execute(
                    """
                    UPDATE participants SET wants_offer = 1 WHERE call = @call AND participant = @participant AND generation = @generation AND last_seen >= @present
                      AND state IN ('lobby', 'waiting', 'admitted')
                    """, of);
            }, stop);
            if (wants == 1) reconciler.Nudge(peer.Call.ToString());
        }
    }
}

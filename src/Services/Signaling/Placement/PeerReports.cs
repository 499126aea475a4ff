using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Http;
using FirstRing.Signaling.Log;

namespace FirstRing.Signaling.Placement;

/// <summary>What media nodes say became of transports. A failed one gets a new offer, if it is still the current one.</summary>
internal static class PeerReports
{
    static readonly HashSet<string> States = ["connected", "disconnected", "failed", "closed"];

    public static async Task Take(CallLog log, Reconciler reconciler, ReportPeers report, CancellationToken stop)
    {
        foreach (var peer in report.Peers.Where(peer => States.Contains(peer.State)))
        {
            var failed = peer.State == "failed" ? 1L : 0L;
            var taken = await log.Store.Commit(Caller.System("signaling"), transaction => transaction.Execute(
                """
                UPDATE participants SET peer_state = @State, wants_offer = CASE WHEN @failed = 1 AND state IN ('waiting', 'admitted') THEN 1 ELSE wants_offer END
                WHERE call = @call AND participant = @participant AND generation = @generation
                  AND EXISTS (SELECT 1 FROM calls c WHERE c.call = participants.call AND c.placement_epoch = @epoch AND c.node = @Node AND c.state = 'open')
                """,
                new
                {
                    peer.State, failed, call = peer.Call.ToString(), participant = peer.Participant.ToString(), generation = (long)peer.Generation,
                    epoch = (long)peer.PlacementEpoch, report.Node,
                }), stop);
            if (taken == 1 && failed == 1) reconciler.Nudge(peer.Call.ToString());
        }
    }
}

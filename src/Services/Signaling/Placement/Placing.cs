using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;

namespace FirstRing.Signaling.Placement;

/// <summary>A call as it stands, with the node it is on; null when no node can have it now.</summary>
internal sealed record Placed(CallRow Call, IReadOnlyList<ParticipantRow> Participants, NodeRow? Node);

/// <summary>The cell that this process is part of: its media nodes come before those of another region.</summary>
internal sealed record Cell(string Region);

/// <summary>Puts a call on a media node, and on another one when that has gone or gives its calls away. The call's row is locked: of several signaling nodes one places it and the others see where.</summary>
internal static class Placing
{
    public static Task<Placed?> Place(CallLog log, Listening listening, Cell cell, string id, CancellationToken stop) =>
        log.Store.Commit(Caller.System("signaling"), async transaction =>
        {
            if (await CallLog.Call(transaction, id) is not { } call) return null;
            var participants = await CallLog.Participants(transaction, id);
            var current = await Nodes.Of(transaction, call.Node, call.NodeIncarnation);
            var isAlive = current is not null && (Nodes.IsAlive(current, transaction.Now) || !listening.For(Nodes.DeadAfter));
            if ((isAlive && !current!.IsDraining) || !call.IsOpen) return new Placed(call, participants, current);
            if (!IsNeeded(participants)) return await Unplace(transaction, call);
            if (await Choosing.Choose(transaction, cell.Region, isUnderWay: call.StartedAt != 0) is not { } chosen) return new Placed(call, participants, isAlive ? current : null);

            await transaction.Execute(
                "UPDATE calls SET node = @Node, node_incarnation = @Incarnation, placement_epoch = placement_epoch + 1 WHERE call = @id", new { chosen.Node, chosen.Incarnation, id });
            var moves = isAlive && participants.Any(one => one.PeerState == "connected");
            if (moves) await Handover.Begin(transaction, call);
            // Whoever had a transport on the node that is gone, or is left, needs one on this.
            await transaction.Execute(
                """
                UPDATE participants SET wants_offer = 1, peer_state = CASE WHEN peer_state = @Moving OR (@moves AND peer_state = 'connected') THEN @Moving ELSE '' END
                WHERE call = @id AND generation > 0 AND state IN ('lobby', 'waiting', 'admitted')
                """, new { id, moves, Handover.Moving });
            return new Placed((await CallLog.Call(transaction, id))!, await CallLog.Participants(transaction, id), chosen);
        }, stop);

    // Nobody is there who would need a node, and the one they were on is gone: nothing is left of them on any.
    static async Task<Placed> Unplace(Transaction transaction, CallRow call)
    {
        if (call.Node.Length > 0) await transaction.Execute("UPDATE calls SET node = '', node_incarnation = '' WHERE call = @Call", new { call.Call });
        await transaction.Execute("UPDATE participants SET media_epoch = CASE WHEN state IN ('left', 'denied', 'removed') THEN -1 ELSE 0 END WHERE call = @Call", new { call.Call });
        return new Placed((await CallLog.Call(transaction, call.Call))!, await CallLog.Participants(transaction, call.Call), null);
    }

    static bool IsNeeded(IEnumerable<ParticipantRow> participants) => participants.Any(one => one.WantsOffer == 1 || one.IsAdmitted || (one.Generation > 0 && !one.IsGone));
}

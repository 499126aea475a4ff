using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;

namespace FirstRing.Signaling.Placement;

/// <summary>
/// A call on its way from a node that gives its calls away to another: the one it leaves carries media on, under the placementEpoch it knows, until everybody
/// whose transport it carried has one on the new node, or ten seconds have passed. Then its next beat tells it to drop the call.
/// </summary>
internal static class Handover
{
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    // The peer state of somebody whose transport is on the node that is left; anything the new node reports takes its place.
    public const string Moving = "moving";

    const string Ended = "left_node = '', left_incarnation = '', left_epoch = 0, left_at = 0";

    /// <summary>In the transaction that places the call anew.</summary>
    public static Task<int> Begin(Transaction transaction, CallRow call) => transaction.Execute(
        "UPDATE calls SET left_node = @Node, left_incarnation = @NodeIncarnation, left_epoch = @PlacementEpoch, left_at = @now WHERE call = @Call",
        new { call.Call, call.Node, call.NodeIncarnation, call.PlacementEpoch, now = transaction.Now });

    /// <summary>In the transaction that notes it: somebody arrived; if it was the last, the old node is not needed any more.</summary>
    public static Task<int> Arrived(Transaction transaction, string call) => transaction.Execute(
        $"""
        UPDATE calls SET {Ended} WHERE call = @call AND left_node <> '' AND NOT EXISTS
          (SELECT 1 FROM participants p WHERE p.call = calls.call AND p.peer_state = '{Moving}' AND p.state IN ('lobby', 'waiting', 'admitted'))
        """,
        new { call });

    /// <summary>Ends what has taken too long.</summary>
    public static async Task Sweep(Store store, CancellationToken stop)
    {
        var before = Platform.Ids.Instant.Microseconds(store.Clock) - (long)Longest.TotalMicroseconds;
        foreach (var call in await store.ReadList<string>("SELECT call FROM calls WHERE state = 'open' AND left_node <> '' AND left_at <= @before", new { before }, stop))
            await store.Commit(Caller.System("signaling"), transaction => transaction.Execute(
                $"UPDATE calls SET {Ended} WHERE call = @call AND left_node <> '' AND left_at <= @before", new { call, before }), stop);
    }

    /// <summary>Who was put out of the call must not go on hearing on the node that it leaves.</summary>
    /// <exception cref="HttpRequestException">That node does not answer.</exception>
    public static async Task PutOut(CallLog log, CallRow call, ParticipantId who, MediaNodeAt mediaAt, CancellationToken stop)
    {
        if (await Left(log, call, mediaAt, stop) is { } left) await left.Remove(new RemoveParticipant(TypedId.Parse<CallId>(call.Call), who, (int)call.LeftEpoch), stop);
    }

    /// <summary>The call is over on the node that it leaves too.</summary>
    /// <exception cref="HttpRequestException">That node does not answer.</exception>
    public static async Task Close(CallLog log, CallRow call, MediaNodeAt mediaAt, CancellationToken stop)
    {
        if (await Left(log, call, mediaAt, stop) is { } left) await left.CloseCall(new CloseCall(TypedId.Parse<CallId>(call.Call), (int)call.LeftEpoch), stop);
    }

    // A silent node is not asked: it has gone, or learns from its next beat.
    /// <summary>The node that the call is leaving, where there is one that answers.</summary>
    public static async Task<IMediaClient?> Left(CallLog log, CallRow call, MediaNodeAt mediaAt, CancellationToken stop)
    {
        if (call.LeftNode.Length == 0) return null;
        var left = await log.Store.Commit(Caller.System("signaling", call.Tenant), transaction => Nodes.Of(transaction, call.LeftNode, call.LeftIncarnation), stop);
        return left is not null && Nodes.IsAlive(left, Platform.Ids.Instant.Microseconds(log.Store.Clock)) ? mediaAt(left.Uri) : null;
    }
}

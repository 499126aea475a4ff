using System.Net.Sockets;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Signaling.Placement;

/// <summary>
/// A node that missed a beat is asked for a sign of life. A port at which nobody listens is proof that its process has gone, so its calls need not wait out the
/// three seconds; no answer proves nothing. If it is another process that refuses (the node is being started again), its calls are lost all the same.
/// </summary>
internal static class Doubts
{
    public static async Task Settle(Store store, MediaNodeAt mediaAt, CancellationToken stop)
    {
        var now = Instant.Microseconds(store.Clock);
        var silent = await store.ReadList<NodeRow>(
            $"""
            SELECT {NodeRow.Columns} FROM nodes n WHERE last_beat > @dead AND last_beat <= @doubt
              AND EXISTS (SELECT 1 FROM calls c WHERE c.state = 'open' AND c.node = n.node AND c.node_incarnation = n.incarnation)
            """,
            new { dead = Nodes.Since(now), doubt = now - (long)Nodes.DoubtAfter.TotalMicroseconds }, stop);
        foreach (var node in silent.Where(node => node.Uri is not null))
            if (await HasClosed(mediaAt(node.Uri), stop))
                await store.Commit(Caller.System("signaling"), transaction => transaction.Execute(
                    "UPDATE nodes SET last_beat = 0 WHERE node = @Node AND incarnation = @Incarnation AND last_beat = @LastBeat", new { node.Node, node.Incarnation, node.LastBeat }), stop);
    }

    static async Task<bool> HasClosed(IMediaClient node, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            await node.CallStatistics(new GetCallStatistics(new CallId(NewId.Random())), limit.Token);
            return false;
        }
        catch (HttpRequestException failure)
        {
            return failure.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }
}

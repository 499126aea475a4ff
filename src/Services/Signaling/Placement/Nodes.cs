using FirstRing.Contracts.Media;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Signaling.Placement;

/// <summary>The media node at an address; null is this process.</summary>
internal delegate IMediaClient MediaNodeAt(Uri? address);

/// <summary>A media node as it last said of itself. <paramref name="Incarnation"/> is a UUIDv7 in hex: a later start sorts behind an earlier one.</summary>
internal sealed record NodeRow(string Node, string Incarnation, string Address, long Draining, long LastBeat)
{
    public const string Columns = "node AS Node, incarnation AS Incarnation, address AS Address, draining AS Draining, last_beat AS LastBeat";

    /// <summary>Null for a node in this process.</summary>
    public Uri? Uri => System.Uri.TryCreate(Address, UriKind.Absolute, out var address) ? address : null;
    public bool IsDraining => Draining == 1;
}

/// <summary>Media nodes: they beat each second, and are dead after three of silence, or as soon as their port is seen to be closed.</summary>
internal static class Nodes
{
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(3), DoubtAfter = TimeSpan.FromMilliseconds(1250);
    sealed record PlacedRow(string Call, long PlacementEpoch);

    /// <summary>
    /// Takes a beat; answers with the calls that the node holds but are not placed on it, or no longer under that epoch, or over. What is on its way to
    /// another node may stay on the one it leaves until everybody is there.
    /// </summary>
    public static async Task<BeatAnswer> Beat(Store store, MediaNodeBeat beat, CancellationToken stop)
    {
        var incarnation = beat.Incarnation.ToString("N");
        await store.Commit(Caller.System("signaling"), transaction => transaction.Execute(
            // An earlier start of the same node that still runs beside the later one has lost its place.
            """
            INSERT INTO nodes (node, incarnation, region, address, load_permille, capacity, draining, last_beat)
            VALUES (@Node, @incarnation, @Region, @Address, @load, @capacity, @draining, @now)
            ON CONFLICT (node) DO UPDATE SET incarnation = excluded.incarnation, region = excluded.region, address = excluded.address,
              load_permille = excluded.load_permille, capacity = excluded.capacity, draining = excluded.draining, last_beat = excluded.last_beat
            WHERE nodes.incarnation <= excluded.incarnation OR nodes.last_beat <= @since
            """,
            new
            {
                beat.Node, incarnation, beat.Region, beat.Address, load = (long)(beat.Load * 1000), capacity = (long)beat.Capacity, draining = beat.Draining ? 1L : 0L,
                now = transaction.Now, since = Since(transaction.Now),
            }), stop);
        var elsewhere = beat.Draining && await AnyAlive(store, stop, other: beat.Node);
        if (beat.Calls.Count == 0) return new BeatAnswer([], elsewhere);
        var placed = await store.ReadList<PlacedRow>(
            """
            SELECT call AS Call, placement_epoch AS PlacementEpoch FROM calls WHERE node = @Node AND node_incarnation = @incarnation AND state = 'open'
            UNION ALL SELECT call, left_epoch FROM calls WHERE left_node = @Node AND left_incarnation = @incarnation AND state = 'open'
            """,
            new { beat.Node, incarnation }, stop);
        var kept = placed.Select(row => (row.Call, row.PlacementEpoch)).ToHashSet();
        return new BeatAnswer([.. beat.Calls.Where(call => !kept.Contains((call.Call.ToString(), call.PlacementEpoch)))], elsewhere);
    }

    /// <summary>The node that a call is placed on, if it still is the same start of it.</summary>
    public static Task<NodeRow?> Of(Transaction transaction, string node, string incarnation) => transaction.One<NodeRow>(
        $"SELECT {NodeRow.Columns} FROM nodes WHERE node = @node AND incarnation = @incarnation", new { node, incarnation });

    public static bool IsAlive(NodeRow node, long now) => node.LastBeat > Since(now);

    /// <summary>Whether a node lives that takes calls, beside <paramref name="other"/>.</summary>
    public static async Task<bool> AnyAlive(Store store, CancellationToken stop, string other = "") => await store.ReadOne<long>(
        "SELECT COUNT(*) FROM nodes WHERE last_beat > @since AND node <> @other AND (draining = 0 OR @other = '')",
        new { since = Since(Platform.Ids.Instant.Microseconds(store.Clock)), other }, stop) > 0;

    /// <summary>Open calls whose node is silent or was started anew, or gives its calls away while another is there.</summary>
    public static Task<List<string>> Orphans(Store store, CancellationToken stop) => store.ReadList<string>(
        """
        SELECT c.call FROM calls c LEFT JOIN nodes n ON n.node = c.node AND n.incarnation = c.node_incarnation AND n.last_beat > @since
        WHERE c.state = 'open' AND c.node <> '' AND (n.node IS NULL OR (n.draining = 1 AND EXISTS (SELECT 1 FROM nodes o WHERE o.draining = 0 AND o.last_beat > @since)))
        """,
        new { since = Since(Platform.Ids.Instant.Microseconds(store.Clock)) }, stop);

    public static long Since(long now) => now - (long)DeadAfter.TotalMicroseconds;
}

using FirstRing.Contracts.Media;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Signaling.Placement;

/// <summary>The media node at an address; null is this process.</summary>
internal delegate IMediaClient MediaNodeAt(Uri? address);

/// <summary>A media node as it last said of itself. <paramref name="Incarnation"/> is a UUIDv7 in hex: a later start sorts behind an earlier one.</summary>
internal sealed record NodeRow(string Node, string Incarnation, string Address, long LastBeat)
{
    public const string Columns = "node AS Node, incarnation AS Incarnation, address AS Address, last_beat AS LastBeat";

    /// <summary>Null for a node in this process.</summary>
    public Uri? Uri => System.Uri.TryCreate(Address, UriKind.Absolute, out var address) ? address : null;
}

/// <summary>Media nodes: they beat each second, and are dead after three of silence.</summary>
internal static class Nodes
{
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(3);
    sealed record PlacedRow(string Call, long PlacementEpoch);

    /// <summary>Takes a beat; answers with the calls that the node holds but are not placed on it, or no longer under that epoch, or over.</summary>
    public static async Task<BeatAnswer> Beat(Store store, MediaNodeBeat beat, CancellationToken stop)
    {
        var incarnation = beat.Incarnation.ToString("N");
        await store.Commit(Caller.System("signaling"), transaction => transaction.Execute(
            // An earlier start of the same node that still runs beside the later one has lost its place.
            """
            INSERT INTO nodes (node, incarnation, region, address, load_permille, capacity, last_beat) VALUES (@Node, @incarnation, @Region, @Address, @load, @capacity, @now)
            ON CONFLICT (node) DO UPDATE SET incarnation = excluded.incarnation, region = excluded.region, address = excluded.address,
              load_permille = excluded.load_permille, capacity = excluded.capacity, last_beat = excluded.last_beat
            WHERE nodes.incarnation <= excluded.incarnation OR nodes.last_beat <= @since
            """,
            new
            {
                beat.Node, incarnation, beat.Region, beat.Address, load = (long)(beat.Load * 1000), capacity = (long)beat.Capacity, now = transaction.Now,
                since = Since(transaction.Now),
            }), stop);
        if (beat.Calls.Count == 0) return new BeatAnswer([]);
        var placed = await store.ReadList<PlacedRow>(
            "SELECT call AS Call, placement_epoch AS PlacementEpoch FROM calls WHERE node = @Node AND node_incarnation = @incarnation AND state = 'open'",
            new { beat.Node, incarnation }, stop);
        var kept = placed.Select(row => (row.Call, row.PlacementEpoch)).ToHashSet();
        return new BeatAnswer([.. beat.Calls.Where(call => !kept.Contains((call.Call.ToString(), call.PlacementEpoch)))]);
    }

    /// <summary>The least loaded live node; null when there is none.</summary>
    public static async Task<NodeRow?> LeastLoaded(Transaction transaction) => (await transaction.List<NodeRow>(
        $"SELECT {NodeRow.Columns} FROM nodes WHERE last_beat > @since ORDER BY load_permille, node LIMIT 1", new { since = Since(transaction.Now) })).FirstOrDefault();

    /// <summary>The node that a call is placed on, if it still is the same start of it.</summary>
    public static Task<NodeRow?> Of(Transaction transaction, string node, string incarnation) => transaction.One<NodeRow>(
        $"SELECT {NodeRow.Columns} FROM nodes WHERE node = @node AND incarnation = @incarnation", new { node, incarnation });

    public static bool IsAlive(NodeRow node, long now) => node.LastBeat > Since(now);

    public static async Task<bool> AnyAlive(Store store, CancellationToken stop) =>
        await store.ReadOne<long>("SELECT COUNT(*) FROM nodes WHERE last_beat > @since", new { since = Since(Platform.Ids.Instant.Microseconds(store.Clock)) }, stop) > 0;

    /// <summary>Open calls whose node is silent or was started anew.</summary>
    public static Task<List<string>> Orphans(Store store, CancellationToken stop) => store.ReadList<string>(
        """
        SELECT c.call FROM calls c LEFT JOIN nodes n ON n.node = c.node AND n.incarnation = c.node_incarnation AND n.last_beat > @since
        WHERE c.state = 'open' AND c.node <> '' AND n.node IS NULL
        """,
        new { since = Since(Platform.Ids.Instant.Microseconds(store.Clock)) }, stop);

    static long Since(long now) => now - (long)DeadAfter.TotalMicroseconds;
}

using FirstRing.Contracts;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Signaling.Placement;

/// <summary>A media node as it last said of itself.</summary>
internal sealed record NodeRow(string Node, string Incarnation, string Region, string Address, long LoadPermille, long Capacity, long LastBeat)
{
    public const string Columns =
        "node AS Node, incarnation AS Incarnation, region AS Region, address AS Address, load_permille AS LoadPermille, capacity AS Capacity, last_beat AS LastBeat";
}

/// <summary>Media nodes: they beat each second, and are dead after three of silence.</summary>
internal static class Nodes
{
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(3);
    sealed record PlacedRow(string Call, long PlacementEpoch);

    /// <summary>Takes a beat; answers with the calls that the node holds but are not placed on it, or no longer under that epoch, or over.</summary>
    public static async Task<BeatAnswer> Beat(Store store, MediaNodeBeat beat, CancellationToken stop)
    {
        await store.Commit(Caller.System("signaling"), transaction => transaction.Execute(
            """
            INSERT INTO nodes (node, incarnation, region, address, load_permille, capacity, last_beat) VALUES (@Node, @incarnation, @Region, @Address, @load, @capacity, @now)
            ON CONFLICT (node) DO UPDATE SET incarnation = excluded.incarnation, region = excluded.region, address = excluded.address,
              load_permille = excluded.load_permille, capacity = excluded.capacity, last_beat = excluded.last_beat
            """,
            new { beat.Node, incarnation = beat.Incarnation.ToString("N"), beat.Region, beat.Address, load = (long)(beat.Load * 1000), capacity = (long)beat.Capacity, now = transaction.Now }), stop);
        if (beat.Calls.Count == 0) return new BeatAnswer([]);
        var placed = await store.ReadList<PlacedRow>(
            "SELECT call AS Call, placement_epoch AS PlacementEpoch FROM calls WHERE node = @Node AND node_incarnation = @incarnation AND state = 'open'",
            new { beat.Node, incarnation = beat.Incarnation.ToString("N") }, stop);
        var kept = placed.Select(row => (row.Call, row.PlacementEpoch)).ToHashSet();
        return new BeatAnswer([.. beat.Calls.Where(call => !kept.Contains((call.Call.ToString(), call.PlacementEpoch)))]);
    }

    public static Task<List<NodeRow>> Alive(Transaction transaction) => transaction.List<NodeRow>(
        $"SELECT {NodeRow.Columns} FROM nodes WHERE last_beat > @since ORDER BY load_permille, node", new { since = transaction.Now - (long)DeadAfter.TotalMicroseconds });

    /// <summary>Open calls whose node is silent or was started anew.</summary>
    public static Task<List<string>> Orphans(Store store, long now, CancellationToken stop) => store.ReadList<string>(
        """
        SELECT c.call FROM calls c LEFT JOIN nodes n ON n.node = c.node AND n.incarnation = c.node_incarnation AND n.last_beat > @since
        WHERE c.state = 'open' AND c.node <> '' AND n.node IS NULL
        """,
        new { since = now - (long)DeadAfter.TotalMicroseconds }, stop);
}

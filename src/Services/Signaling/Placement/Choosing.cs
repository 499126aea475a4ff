using FirstRing.Platform.Storage;

namespace FirstRing.Signaling.Placement;

/// <summary>
/// Which media node a call goes to: one of the cell's own region before another, then the least loaded. A node's load is what it said in its last beat or what
/// the calls placed on it come to, whichever is more: of several calls in one second each counts those before it. A full node takes no new call; a visit that is
/// under way and lost its node goes to a full one rather than to none.
/// </summary>
internal static class Choosing
{
    /// <summary>Most visits are two people.</summary>
    public const int PeoplePerCall = 2;

    sealed record Candidate(string Node, string Region, long LoadPermille, long Capacity, long Calls)
    {
        public bool IsFull => (Calls + 1) * PeoplePerCall > Capacity;
        public double Load => Math.Max(LoadPermille / 1000.0, Capacity > 0 ? (double)Calls * PeoplePerCall / Capacity : 1);
    }

    /// <summary>Null when no node can have it. Until the transaction ends no other call is placed and no beat of theirs is taken.</summary>
    public static async Task<NodeRow?> Choose(Transaction transaction, string region, bool isUnderWay)
    {
        var since = Nodes.Since(transaction.Now);
        if ((await transaction.List<string>($"SELECT node FROM nodes WHERE last_beat > @since AND draining = 0 ORDER BY node{transaction.ForUpdate()}", new { since })).Count == 0) return null;
        var candidates = await transaction.List<Candidate>(
            """
            SELECT n.node AS Node, n.region AS Region, n.load_permille AS LoadPermille, n.capacity AS Capacity,
              (SELECT COUNT(*) FROM calls c WHERE c.state = 'open' AND c.node = n.node AND c.node_incarnation = n.incarnation) AS Calls
            FROM nodes n WHERE n.last_beat > @since AND n.draining = 0
            """,
            new { since });
        var chosen = candidates.Where(one => !one.IsFull || isUnderWay)
            .OrderBy(one => one.IsFull).ThenBy(one => one.Region != region).ThenBy(one => one.Load).ThenBy(one => one.Node, StringComparer.Ordinal).FirstOrDefault();
        return chosen is null ? null : await transaction.One<NodeRow>($"SELECT {NodeRow.Columns} FROM nodes WHERE node = @Node", new { chosen.Node });
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Signaling.Log;

/// <summary>The append-only log of each call, and the rows it tells about. Every append is inside the transaction that changes the row.</summary>
internal sealed class CallLog(Store store)
{
    public const int Page = 200;

    public Store Store => store;

    /// <summary>Locks the call for this transaction (on SQLite the writer is the lock).</summary>
    public static Task<CallRow?> Call(Transaction transaction, string call) =>
        transaction.One<CallRow>($"SELECT {CallRow.Columns} FROM calls WHERE call = @call{transaction.ForUpdate()}", new { call });

    public static Task<ParticipantRow?> Participant(Transaction transaction, string call, string participant) =>
        transaction.One<ParticipantRow>($"SELECT {ParticipantRow.Columns} FROM participants WHERE call = @call AND participant = @participant", new { call, participant });

    public static Task<List<ParticipantRow>> Participants(Transaction transaction, string call) =>
        transaction.List<ParticipantRow>($"SELECT {ParticipantRow.Columns} FROM participants WHERE call = @call ORDER BY participant", new { call });

    public static async Task Create(Transaction transaction, string call, string tenant, string visit) =>
        await transaction.Execute(
            """
            INSERT INTO calls (call, tenant, visit, incarnation, last_sequence, state, started_at, ended_reason, node, node_incarnation, placement_epoch, media_closed)
            VALUES (@call, @tenant, @visit, @incarnation, 0, 'open', 0, '', '', '', 0, 0) ON CONFLICT (call) DO NOTHING
            """,
            new { call, tenant, visit, incarnation = Token.New()[..8] });

    /// <summary>Appends an event and wakes the call's readers once this has committed. Returns its sequence: gapless, because the call's row is locked.</summary>
    public static async Task<long> Append<T>(Transaction transaction, string call, string audience, string type, T body, JsonTypeInfo<T> json)
    {
        var sequence = await transaction.One<long>("UPDATE calls SET last_sequence = last_sequence + 1 WHERE call = @call RETURNING last_sequence", new { call });
        await transaction.Execute("INSERT INTO call_events (call, sequence, audience, type, at, body) VALUES (@call, @sequence, @audience, @type, @at, @text)",
            new { call, sequence, audience, type, at = transaction.Now, text = JsonSerializer.Serialize(body, json) });
        transaction.Wake(call);
        return sequence;
    }

    /// <summary>
    /// What the participant may see after a cursor, oldest first, at most a page. Before admission that is only what is addressed to it, or to everyone;
    /// once in, what came after its own <c>admitted</c>. An offer that a newer one took the place of is of no use to anyone and is passed over.
    /// </summary>
    public Task<List<EventRow>> Read(string call, string participant, long after, CancellationToken stop) => store.ReadList<EventRow>(
        $"""
        SELECT e.sequence AS Sequence, e.type AS Type, e.at AS At, e.body AS Body FROM call_events e
        JOIN participants p ON p.call = e.call AND p.participant = @participant
        WHERE e.call = @call AND e.sequence > @after AND ((e.audience = @participant AND (e.type <> 'offer' OR e.sequence >= p.offer_sequence))
          OR e.audience = '{Audience.Everyone}'
          OR (e.audience = '{Audience.Staff}' AND p.role = 'clinician' AND p.state <> '{ParticipantStates.Removed}')
          OR (e.audience = '{Audience.Admitted}' AND p.state = '{ParticipantStates.Admitted}' AND p.announced = 1 AND e.sequence > p.admitted_at_sequence))
        ORDER BY e.sequence LIMIT {Page}
        """,
        new { call, participant, after }, stop);

    public Task<string?> IncarnationOf(string call, CancellationToken stop) =>
        store.ReadOne<string>("SELECT incarnation FROM calls WHERE call = @call", new { call }, stop);

    /// <summary>An event as the page gets it. The body is JSON already.</summary>
    public static string Wire(string incarnation, EventRow row) => string.Create(CultureInfo.InvariantCulture,
        $$"""{"c":"{{incarnation}}:{{row.Sequence}}","t":"{{row.Type}}","at":{{row.At}},"p":{{row.Body}}}""");

    /// <summary>A cursor's two halves; false for anything else.</summary>
    public static bool TryCursor(string? text, out string incarnation, out long sequence)
    {
        (incarnation, sequence) = ("", 0);
        if (text is null || text.Length > 64 || text.LastIndexOf(':') is var colon && colon < 1) return false;
        incarnation = text[..colon];
        return long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out sequence);
    }
}

using System.Data.Common;
using Dapper;
using FirstRing.Contracts.Media;
using FirstRing.Platform.Storage;

namespace FirstRing.Signaling.Recording;

/// <summary>
/// A recording as stored. <paramref name="Turn"/> grows by one with each change that the media node must hear of; <paramref name="MediaEpoch"/> and <paramref name="MediaTurn"/> say under which
/// placementEpoch the node took which of them. <paramref name="Told"/> is the last event about it. Its key lies sealed in the row and is read where it is needed alone.
/// </summary>
internal sealed record RecordingRow(string Recording, string Call, string Tenant, string State, long Turn, long MediaEpoch, long MediaTurn, string Told)
{
    public const string Columns = "recording AS Recording, call AS Call, tenant AS Tenant, state AS State, turn AS Turn, media_epoch AS MediaEpoch, media_turn AS MediaTurn, told AS Told";

    /// <summary>Permanent id of the sealed key's field.</summary>
    public const string SecretField = "recording.key";
    public bool IsRunning => State == RecordingStates.Running;
}

/// <summary>Every statement on <c>recordings</c> and <c>recording_answers</c>.</summary>
internal static class RecordingTable
{
    sealed record AnswerRow(string Participant, long Yes);

    public static Task<int> Insert(Transaction transaction, string recording, string call, string tenant, string visit, byte[] secret, string by) => transaction.Execute(
        """
        INSERT INTO recordings (recording, call, tenant, visit, secret, state, turn, media_epoch, media_turn, told, asked_by, asked_at, ended_at, reason)
        VALUES (@recording, @call, @tenant, @visit, @secret, 'asking', 0, 0, 0, '', @by, @Now, 0, '')
        """,
        new { recording, call, tenant, visit, secret, by, transaction.Now });

    /// <summary>The call's recording that has not ended.</summary>
    public static Task<RecordingRow?> Current(Transaction transaction, string call) =>
        transaction.One<RecordingRow>($"SELECT {RecordingRow.Columns} FROM recordings WHERE call = @call AND state <> 'stopped'", new { call });

    /// <summary>What the node that holds the call under this placementEpoch has not taken yet; what has ended first.</summary>
    public static async Task<List<RecordingRow>> Untaken(DbConnection connection, string call, long epoch) => (await connection.QueryAsync<RecordingRow>(
        $"""
        SELECT {RecordingRow.Columns} FROM recordings WHERE call = @call AND ((state = 'running' AND (media_epoch <> @epoch OR media_turn <> turn))
          OR (state <> 'running' AND media_epoch = @epoch AND media_turn <> turn)) ORDER BY asked_at, recording
        """,
        new { call, epoch })).AsList();

    /// <summary>An order to run is about to leave. None where it is no longer to run.</summary>
    public static Task<int> Sent(Transaction transaction, RecordingRow recording, long epoch) => transaction.Execute(
        "UPDATE recordings SET media_epoch = @epoch, media_turn = -1 WHERE recording = @Recording AND turn = @Turn AND media_epoch <= @epoch", new { recording.Recording, recording.Turn, epoch });

    public static Task<int> Taken(Transaction transaction, RecordingRow recording, long epoch) => transaction.Execute(
        "UPDATE recordings SET media_epoch = @epoch, media_turn = @Turn WHERE recording = @Recording AND (media_epoch < @epoch OR media_turn < @Turn)", new { recording.Recording, recording.Turn, epoch });

    public static Task<int> Turn(Transaction transaction, RecordingRow recording, string state, string reason) => transaction.Execute(
        """
        UPDATE recordings SET state = @state, reason = @reason, turn = turn + 1, ended_at = CASE WHEN @state = 'stopped' THEN @Now ELSE ended_at END WHERE recording = @Recording
        """,
        new { recording.Recording, state, reason, transaction.Now });

    public static Task<int> Tell(Transaction transaction, string recording, string told) => transaction.Execute("UPDATE recordings SET told = @told WHERE recording = @recording", new { recording, told });

    /// <summary>The call's row is held, so that nobody else counts at the same time.</summary>
    public static Task<int> Answer(Transaction transaction, string recording, string participant, string role, string login, bool yes) => transaction.Execute(
        """
        INSERT INTO recording_answers (recording, participant, number, role, login, yes, at)
        SELECT @recording, @participant, COUNT(*) + 1, @role, @login, @yes, @Now FROM recording_answers WHERE recording = @recording AND participant = @participant
        """,
        new { recording, participant, role, login, yes = yes ? 1L : 0L, transaction.Now });

    /// <summary>The last answer of each who gave any.</summary>
    public static async Task<Dictionary<string, bool>> Answers(Transaction transaction, string recording) => (await transaction.List<AnswerRow>(
        """
        SELECT a.participant AS Participant, a.yes AS Yes FROM recording_answers a WHERE a.recording = @recording
          AND a.number = (SELECT MAX(b.number) FROM recording_answers b WHERE b.recording = a.recording AND b.participant = a.participant)
        """,
        new { recording })).ToDictionary(row => row.Participant, row => row.Yes == 1);

    public static Task<byte[]?> Secret(Transaction transaction, string recording) => transaction.One<byte[]>("SELECT secret FROM recordings WHERE recording = @recording", new { recording });
}

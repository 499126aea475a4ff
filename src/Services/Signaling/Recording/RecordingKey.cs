using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Signaling.Recording;

/// <summary>A recording as an operator's export finds it. <paramref name="AskedAt"/> in UTC microseconds.</summary>
public sealed record StoredRecording(RecordingId Recording, CallId Call, VisitId Visit, string State, string Reason, long AskedAt);

/// <summary>For the offline export: what there is, and the key of one.</summary>
public static class RecordingKey
{
    sealed record Row(string Recording, string Call, string Visit, string Tenant, string State, string Reason, long AskedAt);

    const string Columns = "recording AS Recording, call AS Call, visit AS Visit, tenant AS Tenant, state AS State, reason AS Reason, asked_at AS AskedAt";

    /// <summary>The newest first.</summary>
    public static async Task<IReadOnlyList<StoredRecording>> List(Store store, CancellationToken stop) =>
        [.. (await store.ReadList<Row>($"SELECT {Columns} FROM recordings ORDER BY asked_at DESC, recording", null, stop)).Select(row => new StoredRecording(
            TypedId.Parse<RecordingId>(row.Recording), TypedId.Parse<CallId>(row.Call), TypedId.Parse<VisitId>(row.Visit), row.State, row.Reason, row.AskedAt))];

    /// <summary>32 bytes, with an audit row; null where there is no such recording.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The clinic's keys were destroyed.</exception>
    public static async Task<byte[]?> Open(Store store, RecordingId recording, CancellationToken stop)
    {
        var id = recording.ToString();
        if (await store.ReadOne<string>("SELECT tenant FROM recordings WHERE recording = @id", new { id }, stop) is not { } tenant) return null;
        return await store.Commit(Caller.System("signaling", tenant), async transaction =>
        {
            transaction.Audit("recording.export", id);
            return transaction.Open(tenant, RecordingRow.SecretField, id, (await RecordingTable.Secret(transaction, id))!);
        }, stop);
    }
}

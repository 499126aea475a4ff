using System.Security.Cryptography;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Platform.Http;
using FirstRing.Platform.Sealing;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Placement;

namespace FirstRing.Signaling.Recording;

/// <summary>
/// Brings the media node in line with a call's recordings. Orders carry the turn they are of, and a node refuses one of an earlier turn: an order to run that was overtaken by one to rest is never
/// carried out after it. The key is in the order alone.
/// </summary>
internal static class RecordingOrders
{
    /// <summary>What rests or is over. True when the node has taken it; until it has, nobody is let in, for who has not agreed must not come into a recording that runs.</summary>
    /// <exception cref="HttpRequestException">The node does not answer.</exception>
    public static async Task<bool> Rest(CallLog log, CallRow call, IMediaClient media, MediaNodeAt mediaAt, CancellationToken stop)
    {
        var taken = true;
        foreach (var one in await Untaken(log, call, isRunning: false, stop))
        {
            // On the node that the call is leaving too; what runs there runs on.
            if (await Handover.Left(log, call, mediaAt, stop) is { } left) await left.Record(Order(call, one, call.LeftEpoch, []), stop);
            taken &= await Note(log, call, one, (await media.Record(Order(call, one, call.PlacementEpoch, []), stop)).Refused, stop);
        }
        return taken;
    }

    /// <summary>What is to run. Its key is opened for the order.</summary>
    /// <exception cref="HttpRequestException">The node does not answer.</exception>
    /// <exception cref="KeysUnavailable">The key provider does not answer.</exception>
    public static async Task<bool> Run(CallLog log, CallRow call, IMediaClient media, CancellationToken stop)
    {
        var taken = true;
        foreach (var one in await Untaken(log, call, isRunning: true, stop))
        {
            var key = await log.Store.Commit(Caller.System("signaling", call.Tenant), async transaction =>
            {
                // Before it leaves: from here on the node may have taken it, and whoever is to be let in waits until it rests.
                if (await RecordingTable.Sent(transaction, one, call.PlacementEpoch) == 0) return null;
                transaction.Audit("recording.order", $"{call.Call}/{one.Recording}");
                return transaction.Open(one.Tenant, RecordingRow.SecretField, one.Recording, (await RecordingTable.Secret(transaction, one.Recording))!);
            }, stop);
            if (key is null) return false; // it was to rest meanwhile
            taken &= await Note(log, call, one, (await media.Record(Order(call, one, call.PlacementEpoch, key), stop)).Refused, stop);
            CryptographicOperations.ZeroMemory(key);
        }
        return taken;
    }

    static async Task<List<RecordingRow>> Untaken(CallLog log, CallRow call, bool isRunning, CancellationToken stop) =>
        [.. (await log.Store.Read(connection => RecordingTable.Untaken(connection, call.Call, call.PlacementEpoch), stop)).Where(one => one.IsRunning == isRunning)];

    static RecordCall Order(CallRow call, RecordingRow recording, long epoch, byte[] key) =>
        new(TypedId.Parse<CallId>(call.Call), (int)epoch, TypedId.Parse<RecordingId>(recording.Recording), (int)recording.Turn, recording.State, Convert.ToBase64String(key));

    static async Task<bool> Note(CallLog log, CallRow call, RecordingRow recording, Refusal? refused, CancellationToken stop)
    {
        var cannot = refused is { Code: "cannot-record" };
        if (refused is not null && !cannot) return false;
        return await log.Store.Commit(Caller.System("signaling", call.Tenant), async transaction =>
        {
            if (await CallLog.Call(transaction, call.Call) is not { IsOpen: true } now || now.PlacementEpoch != call.PlacementEpoch) return false;
            await RecordingTable.Taken(transaction, recording, call.PlacementEpoch);
            if (cannot && recording.IsRunning) await Recordings.Stop(transaction, call.Call, RecordingReasons.Failed);
            return true;
        }, stop);
    }
}

using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Recording;

namespace FirstRing.Signaling.Admission;

/// <summary>The six seats of a call. A seat is taken in the row now; <c>admitted</c> and <c>joined</c> are told once the media node has taken it too.</summary>
internal static class Seating
{
    public const int Seats = 6;

    /// <summary>Gives the lowest free seat. False when there is none.</summary>
    public static async Task<bool> Take(Transaction transaction, CallRow call, ParticipantRow who)
    {
        var taken = (await CallLog.Participants(transaction, call.Call)).Where(other => other.IsAdmitted).Select(other => other.Seat).ToHashSet();
        if (LowestFree(taken) is not { } seat) return false;
        await transaction.Execute(
            "UPDATE participants SET state = 'admitted', seat = @seat, announced = 0, media_epoch = 0, left_reason = '' WHERE call = @Call AND participant = @Participant",
            new { call.Call, who.Participant, seat });
        if (who.State == ParticipantStates.Waiting)
            await CallLog.Append(transaction, call.Call, Audience.Staff, "waiting-left", new ParticipantBody(who.Participant), SignalJson.Default.ParticipantBody);
        transaction.Audit("call.admit", $"{call.Call}/{who.Participant}");
        await Recordings.Review(transaction, call.Call);
        return true;
    }

    static long? LowestFree(HashSet<long> taken)
    {
        for (var seat = 0L; seat < Seats; seat++)
            if (!taken.Contains(seat)) return seat;
        return null;
    }
}

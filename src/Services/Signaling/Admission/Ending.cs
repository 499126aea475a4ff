using FirstRing.Contracts;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Recording;

namespace FirstRing.Signaling.Admission;

/// <summary>Start and end of a call, told to scheduling.</summary>
internal static class Ending
{
    /// <summary>Ends the call for all, once.</summary>
    public static async Task End(Transaction transaction, CallRow call, string reason)
    {
        if (!call.IsOpen) return;
        await transaction.Execute("UPDATE calls SET state = 'ended', ended_reason = @reason WHERE call = @Call", new { call.Call, reason });
        await Recordings.Stop(transaction, call.Call, RecordingReasons.CallEnded);
        await CallLog.Append(transaction, call.Call, Audience.Everyone, "ended", new ReasonBody(reason), SignalJson.Default.ReasonBody);
        await transaction.Emit(EventTypes.CallEnded,
            new CallEnded(TypedId.Parse<CallId>(call.Call), TypedId.Parse<VisitId>(call.Visit), transaction.Now, reason), ContractsJson.Default.CallEnded);
        transaction.Audit("call.end", call.Call);
    }

    /// <summary>Says that the call began, the first time a patient, or who acts for them, and a clinician are both in it.</summary>
    public static async Task StartWhenBothAreIn(Transaction transaction, CallRow call, IReadOnlyList<ParticipantRow> participants)
    {
        if (call.StartedAt != 0 || !participants.Any(one => one is { IsAdmitted: true, Role: "patient" or "proxy" }) || !participants.Any(one => one.IsAdmitted && one.IsClinician)) return;
        await transaction.Execute("UPDATE calls SET started_at = @now WHERE call = @Call", new { call.Call, now = transaction.Now });
        await transaction.Emit(EventTypes.CallStarted,
            new CallStarted(TypedId.Parse<CallId>(call.Call), TypedId.Parse<VisitId>(call.Visit), transaction.Now), ContractsJson.Default.CallStarted);
    }
}

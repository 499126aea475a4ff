using System.Security.Cryptography;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;

namespace FirstRing.Signaling.Recording;

/// <summary>
/// Whether a call is recorded. A clinician asks for it; it runs only while everyone who is in the call has said yes, rests from the moment in which somebody is let in who has not, and is over as soon as
/// anybody says no, whether before it began or after. Everything here is in the transaction of what changed who is there or what they said.
/// </summary>
internal static class Recordings
{
    static readonly Refusal
        NotAllowed = new("not-allowed", "You may not do that.", 403),
        NotAdmitted = new("not-admitted", "You are not in the call.", 409),
        NoSuchRecording = new("no-such-recording", "There is no such recording any more.", 404);

    /// <summary>Asked for once more while it goes on, it is the same one. Who asks has said yes by that.</summary>
    public static async Task<Refusal?> Ask(Transaction transaction, CallRow call, ParticipantRow me)
    {
        if (!me.IsClinician) return NotAllowed;
        if (!me.IsAdmitted) return NotAdmitted;
        if (await RecordingTable.Current(transaction, call.Call) is not null) return null;
        var recording = new RecordingId(Platform.Ids.NewId.Random()).ToString();
        var secret = RandomNumberGenerator.GetBytes(32);
        await RecordingTable.Insert(transaction, recording, call.Call, call.Tenant, call.Visit, transaction.Seal(call.Tenant, RecordingRow.SecretField, recording, secret), me.Participant);
        CryptographicOperations.ZeroMemory(secret);
        transaction.Audit("recording.ask", $"{call.Call}/{recording}");
        await Say(transaction, recording, me, yes: true);
        await Review(transaction, call.Call);
        return null;
    }

    /// <summary>Yes, or no, or no more.</summary>
    public static async Task<Refusal?> Answer(Transaction transaction, CallRow call, ParticipantRow me, RecordingAnswerSend answer)
    {
        if (!me.IsAdmitted) return NotAdmitted;
        if (await RecordingTable.Current(transaction, call.Call) is not { } recording || recording.Recording != answer.Recording) return NoSuchRecording;
        var before = (await RecordingTable.Answers(transaction, recording.Recording)).GetValueOrDefault(me.Participant);
        await Say(transaction, recording.Recording, me, answer.Yes);
        if (answer.Yes) await Review(transaction, call.Call);
        else await Stop(transaction, recording, before ? RecordingReasons.Withdrawn : RecordingReasons.Declined);
        return null;
    }

    /// <summary>A clinician needs no reason.</summary>
    public static async Task<Refusal?> Stop(Transaction transaction, CallRow call, ParticipantRow me, RecordingSend send)
    {
        if (!me.IsClinician) return NotAllowed;
        if (!me.IsAdmitted) return NotAdmitted;
        if (await RecordingTable.Current(transaction, call.Call) is { } recording && recording.Recording == send.Recording) await Stop(transaction, recording, RecordingReasons.Stopped);
        return null;
    }

    /// <summary>The call has ended, or its node can't record.</summary>
    public static async Task Stop(Transaction transaction, string call, string reason)
    {
        if (await RecordingTable.Current(transaction, call) is { } recording) await Stop(transaction, recording, reason);
    }

    /// <summary>Who is there, or what they said, has changed: may it run?</summary>
    public static async Task Review(Transaction transaction, string call)
    {
        if (await RecordingTable.Current(transaction, call) is not { } recording) return;
        var answers = await RecordingTable.Answers(transaction, recording.Recording);
        var present = (await CallLog.Participants(transaction, call)).Where(one => one.IsAdmitted).Select(one => one.Participant).ToList();
        var (state, asked) = Decide(recording.State, present, answers);
        if (state != recording.State)
        {
            await RecordingTable.Turn(transaction, recording, state, "");
            transaction.Audit($"recording.{state}", $"{call}/{recording.Recording}");
        }
        await Tell(transaction, recording, new RecordingBody(recording.Recording, state, asked, ""));
    }

    /// <summary>The rule. Somebody must be there, and everybody must have said yes; what has run rests, what has not goes on asking.</summary>
    internal static (string State, IReadOnlyList<string> Asked) Decide(string state, IReadOnlyList<string> present, IReadOnlyDictionary<string, bool> answers)
    {
        var asked = present.Where(one => !answers.GetValueOrDefault(one)).ToList();
        return (present.Count > 0 && asked.Count == 0 ? RecordingStates.Running : state == RecordingStates.Asking ? state : RecordingStates.Resting, asked);
    }

    /// <summary>Who comes in is told how things stand; what was said before they came is not theirs to read.</summary>
    public static async Task TellNewcomer(Transaction transaction, string call, string participant)
    {
        if (await RecordingTable.Current(transaction, call) is { Told.Length: > 0 } recording)
            await CallLog.Append(transaction, call, participant, "recording", JsonSerializer.Deserialize(recording.Told, SignalJson.Default.RecordingBody)!, SignalJson.Default.RecordingBody);
    }

    static async Task Say(Transaction transaction, string recording, ParticipantRow me, bool yes)
    {
        await RecordingTable.Answer(transaction, recording, me.Participant, me.Role, me.Login, yes);
        transaction.Audit(yes ? "recording.yes" : "recording.no", $"{recording}/{me.Participant}");
    }

    static async Task Stop(Transaction transaction, RecordingRow recording, string reason)
    {
        await RecordingTable.Turn(transaction, recording, RecordingStates.Stopped, reason);
        transaction.Audit("recording.stopped", $"{recording.Call}/{recording.Recording}", reason);
        await Tell(transaction, recording, new RecordingBody(recording.Recording, RecordingStates.Stopped, [], reason));
    }

    static async Task Tell(Transaction transaction, RecordingRow recording, RecordingBody body)
    {
        var told = JsonSerializer.Serialize(body, SignalJson.Default.RecordingBody);
        if (told == recording.Told) return;
        await RecordingTable.Tell(transaction, recording.Recording, told);
        await CallLog.Append(transaction, recording.Call, Audience.Admitted, "recording", body, SignalJson.Default.RecordingBody);
    }
}

/// <summary>Why a recording is over, beside the reasons for which calls end.</summary>
internal static class RecordingReasons
{
    public const string Declined = "declined", Withdrawn = "withdrawn", Stopped = "stopped", CallEnded = "call-ended", Failed = "cannot-record";
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Placement;

namespace FirstRing.Signaling.Admission;

/// <summary>
/// What a page sends. Each changes rows and appends events in one transaction, once per send id; the reconciler then brings the media node in line.
/// The answer is null when done, else why not.
/// </summary>
internal sealed class Sends(CallLog log, Reconciler reconciler)
{
    const int LongestId = 64;
    static readonly Refusal
        BadSend = new("send-not-valid", "This is not a send that signaling knows.", 400),
        CallOver = new("call-ended", "The call has ended.", 409),
        NotAllowed = new("not-allowed", "Your role may not do that.", 403),
        NotAdmitted = new("not-admitted", "You are not in the call.", 409),
        NoSuchParticipant = new("no-such-participant", "Nobody of that name is there.", 404),
        Full = new("call-full", "The call holds six people and is full.", 409),
        Barred = new("barred", "You were not let in.", 403),
        StaleGeneration = new("generation-stale", "A newer offer was made.", 409);

    public async Task<Refusal?> Handle(Entrant entrant, SendFrame send, CancellationToken stop)
    {
        if (send.Id is not { Length: > 0 and <= LongestId } id || send.T is not { } type) return BadSend;
        if (type == "ping") return null;
        if (type == "answer") return await TakeAnswer(entrant, send, stop);
        Func<Transaction, CallRow, ParticipantRow, Task<Refusal?>>? act = type switch
        {
            "connect" => Connect,
            "join" => Join,
            "leave" => Leave,
            "media" when Body(send, SignalJson.Default.MediaSend) is { } media => (transaction, call, me) => Media(transaction, call, me, media),
            "admit" when Body(send, SignalJson.Default.TargetSend) is { } target => (transaction, call, me) => Admit(transaction, call, me, target.Participant),
            "deny" when Body(send, SignalJson.Default.TargetSend) is { } target => (transaction, call, me) => TurnAway(transaction, call, me, target.Participant, ParticipantStates.Denied),
            "remove" when Body(send, SignalJson.Default.TargetSend) is { } target => (transaction, call, me) => TurnAway(transaction, call, me, target.Participant, ParticipantStates.Removed),
            "end" => End,
            _ => null,
        };
        if (act is null) return BadSend;
        var refusal = await log.Store.Commit(entrant.Caller, async transaction =>
        {
            if (await CallLog.Call(transaction, entrant.Call) is not { } call || await CallLog.Participant(transaction, entrant.Call, entrant.Participant) is not { } me)
                return NotAdmitted;
            if (await IsRepeat(transaction, entrant, id)) return null;
            if (!call.IsOpen) return type is "leave" or "end" ? null : CallOver;
            if (me.State is ParticipantStates.Denied or ParticipantStates.Removed) return Barred;
            var why = await act(transaction, call, me);
            if (why is not null) await Forget(transaction, entrant, id);
            return why;
        }, stop);
        if (refusal is null && type != "media") reconciler.Nudge(entrant.Call);
        return refusal;
    }

    static T? Body<T>(SendFrame send, JsonTypeInfo<T> type) where T : class
    {
        try { return send.P.ValueKind == JsonValueKind.Object ? send.P.Deserialize(type) : null; }
        catch (JsonException) { return null; }
    }

    static async Task<bool> IsRepeat(Transaction transaction, Entrant entrant, string id) => await transaction.Execute(
        "INSERT INTO sends (call, participant, send_id, at) VALUES (@Call, @Participant, @id, @now) ON CONFLICT (call, participant, send_id) DO NOTHING",
        new { entrant.Call, entrant.Participant, id, now = transaction.Now }) == 0;

    // A refused send did nothing, so the same id may try again.
    static Task<int> Forget(Transaction transaction, Entrant entrant, string id) => transaction.Execute(
        "DELETE FROM sends WHERE call = @Call AND participant = @Participant AND send_id = @id", new { entrant.Call, entrant.Participant, id });

    static async Task<Refusal?> Connect(Transaction transaction, CallRow call, ParticipantRow me)
    {
        await transaction.Execute("UPDATE participants SET wants_offer = 1 WHERE call = @Call AND participant = @Participant", new { call.Call, me.Participant });
        return null;
    }

    async Task<Refusal?> TakeAnswer(Entrant entrant, SendFrame send, CancellationToken stop)
    {
        if (Body(send, SignalJson.Default.AnswerSend) is not { Sdp: not null } answer) return BadSend;
        var (call, me) = await log.Store.Commit(entrant.Caller, async transaction =>
            (await CallLog.Call(transaction, entrant.Call), await CallLog.Participant(transaction, entrant.Call, entrant.Participant)), stop);
        if (call is null || me is null) return NotAdmitted;
        if (!call.IsOpen) return CallOver;
        if (answer.Generation != me.Generation) return StaleGeneration;
        var taken = await reconciler.Media(call).Answer(
            new TakeAnswer(TypedId.Parse<CallId>(call.Call), TypedId.Parse<ParticipantId>(me.Participant), (int)answer.Generation, (int)call.PlacementEpoch, answer.Sdp), stop);
        return taken.Refused;
    }

    static async Task<Refusal?> Join(Transaction transaction, CallRow call, ParticipantRow me)
    {
        if (me.State is ParticipantStates.Waiting or ParticipantStates.Admitted) return null;
        // Someone who only lost the line had been let in already.
        if (me.IsClinician || (me.LeftReason == "lost" && me.AdmittedAtSequence > 0)) return await Seat(transaction, call, me);
        await transaction.Execute("UPDATE participants SET state = 'waiting', waiting_since = @now WHERE call = @Call AND participant = @Participant",
            new { call.Call, me.Participant, now = transaction.Now });
        await CallLog.Append(transaction, call.Call, me.Participant, "welcome", new WelcomeBody(me.Participant, me.Role, ParticipantStates.Waiting), SignalJson.Default.WelcomeBody);
        await CallLog.Append(transaction, call.Call, Audience.Staff, "waiting", new WaitingBody(me.Participant, me.Role), SignalJson.Default.WaitingBody);
        return null;
    }

    // The seat is taken now; `admitted` and `joined` are told once the media node has taken it too.
    static async Task<Refusal?> Seat(Transaction transaction, CallRow call, ParticipantRow who)
    {
        var taken = (await CallLog.Participants(transaction, call.Call)).Where(other => other.IsAdmitted).Select(other => other.Seat).ToHashSet();
        var seat = Enumerable.Range(0, 6).Select(free => (long)free).FirstOrDefault(free => !taken.Contains(free), -1);
        if (seat < 0) return Full;
        await transaction.Execute(
            "UPDATE participants SET state = 'admitted', seat = @seat, announced = 0, media_epoch = 0, left_reason = '' WHERE call = @Call AND participant = @Participant",
            new { call.Call, who.Participant, seat });
        if (who.State == ParticipantStates.Waiting)
            await CallLog.Append(transaction, call.Call, Audience.Staff, "waiting-left", new ParticipantBody(who.Participant), SignalJson.Default.ParticipantBody);
        transaction.Audit("call.admit", $"{call.Call}/{who.Participant}");
        return null;
    }

    static async Task<Refusal?> Admit(Transaction transaction, CallRow call, ParticipantRow me, string target)
    {
        if (!me.IsClinician) return NotAllowed;
        if (await CallLog.Participant(transaction, call.Call, target) is not { } who) return NoSuchParticipant;
        if (who.IsAdmitted) return null;
        return who.State == ParticipantStates.Waiting ? await Seat(transaction, call, who) : NoSuchParticipant;
    }

    static async Task<Refusal?> TurnAway(Transaction transaction, CallRow call, ParticipantRow me, string target, string state)
    {
        if (!me.IsClinician) return NotAllowed;
        if (await CallLog.Participant(transaction, call.Call, target) is not { } who) return NoSuchParticipant;
        if (who.State == state) return null;
        if (state == ParticipantStates.Denied && who.State != ParticipantStates.Waiting) return NoSuchParticipant;
        await Presence.Depart(transaction, call.Call, who, state, state);
        await CallLog.Append(transaction, call.Call, who.Participant, state, new ReasonBody("by-clinician"), SignalJson.Default.ReasonBody);
        transaction.Audit($"call.{state}", $"{call.Call}/{who.Participant}");
        return null;
    }

    static async Task<Refusal?> Media(Transaction transaction, CallRow call, ParticipantRow me, MediaSend media)
    {
        if (!me.IsAdmitted) return NotAdmitted;
        long Flag(bool on) => on ? 1 : 0;
        await transaction.Execute("UPDATE participants SET audio = @audio, video = @video, screen = @screen WHERE call = @Call AND participant = @Participant",
            new { call.Call, me.Participant, audio = Flag(media.Audio), video = Flag(media.Video), screen = Flag(media.Screen) });
        if (me.Announced == 1)
            await CallLog.Append(transaction, call.Call, Audience.Admitted, "media", new MediaBody(me.Participant, media.Audio, media.Video, media.Screen), SignalJson.Default.MediaBody);
        return null;
    }

    static async Task<Refusal?> Leave(Transaction transaction, CallRow call, ParticipantRow me)
    {
        if (me.State != ParticipantStates.Left) await Presence.Depart(transaction, call.Call, me, ParticipantStates.Left, "left");
        return null;
    }

    static async Task<Refusal?> End(Transaction transaction, CallRow call, ParticipantRow me)
    {
        if (!me.IsClinician || !me.IsAdmitted) return NotAllowed;
        await Ending.End(transaction, call, "ended-by-clinician");
        return null;
    }
}

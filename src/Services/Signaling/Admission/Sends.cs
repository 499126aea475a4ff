using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FirstRing.Contracts;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Passes;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Placement;
using FirstRing.Signaling.Recording;

namespace FirstRing.Signaling.Admission;

/// <summary>
/// What a page sends. Each changes rows and appends events in one transaction, once per send id; the reconciler then brings the media node in line.
/// The answer is null when done, else why not.
/// </summary>
internal sealed class Sends(CallLog log, Reconciler reconciler, Settling settling, TimeProvider clock)
{
    const int LongestId = 64;
    static readonly Refusal
        BadSend = new("send-not-valid", "This is not a send that signaling knows.", 400),
        CallOver = new("call-ended", "The call has ended.", 409),
        NotAllowed = new("not-allowed", "You may not do that.", 403),
        NotAdmitted = new("not-admitted", "You are not in the call.", 409),
        NoSuchParticipant = new("no-such-participant", "Nobody of that name is there.", 404),
        Full = new("call-full", "The call holds six people and is full.", 409),
        LoginOver = new("login-ended", "You were signed out.", 401),
        Barred = new("barred", "You were not let in.", 403),
        TooMany = new("too-many", "Too much at once. Wait a moment.", 429);

    // An offer is some kilobytes in the log: a page may ask for a few at once (reload after reload), not for a stream of them.
    readonly Allowance _offers = new(perSecond: 0.5, burst: 20, clock);

    public async Task<Refusal?> Handle(Entrant entrant, SendFrame send, CancellationToken stop)
    {
        if (!IsId(send.Id) || send.T is not { } type) return BadSend;
        if (type == "ping") return null;
        if (type == "answer") return Body(send, SignalJson.Default.AnswerSend) is { Sdp: not null } answer ? await settling.Answer(entrant, answer, stop) : BadSend;
        if (ActOf(type, send) is not { } act) return BadSend;
        if (type == "connect" && !_offers.Take(entrant.Participant)) return TooMany;
        var refusal = await log.Store.Commit(entrant.Caller, async transaction =>
        {
            if (await CallLog.Call(transaction, entrant.Call) is not { } call || await CallLog.Participant(transaction, entrant.Call, entrant.Participant) is not { } me)
                return NotAdmitted;
            // Asked with the call's row held: who was put out a moment ago does not slip back in.
            if (await EndedLogins.Has(transaction, entrant.Login)) return LoginOver;
            if (await IsRepeat(transaction, entrant, send.Id!)) return null;
            var why = !call.IsOpen ? (type is "leave" or "end" ? null : CallOver)
                : me.State == ParticipantStates.Removed ? Barred
                : await act(transaction, call, me);
            // A refused send did nothing, so the same id may try again.
            if (why is null && type is "connect" or "join") await Presence.By(transaction, entrant);
            if (why is not null) await Forget(transaction, entrant, send.Id!);
            return why;
        }, stop);
        if (refusal is null && type != "media") reconciler.Nudge(entrant.Call);
        return refusal;
    }

    static Func<Transaction, CallRow, ParticipantRow, Task<Refusal?>>? ActOf(string type, SendFrame send) => type switch
    {
        "connect" => Connect,
        "join" => Join,
        "leave" => Leave,
        "end" => End,
        "record" => Recordings.Ask,
        "record-answer" when Body(send, SignalJson.Default.RecordingAnswerSend) is { Recording: not null } answer => (transaction, call, me) => Recordings.Answer(transaction, call, me, answer),
        "record-stop" when Body(send, SignalJson.Default.RecordingSend) is { Recording: not null } stop => (transaction, call, me) => Recordings.Stop(transaction, call, me, stop),
        "media" when Body(send, SignalJson.Default.MediaSend) is { } media => (transaction, call, me) => Media(transaction, call, me, media),
        "admit" when Target(send) is { } target => (transaction, call, me) => Admit(transaction, call, me, target),
        "deny" when Target(send) is { } target => (transaction, call, me) => TurnAway(transaction, call, me, target, ParticipantStates.Denied),
        "remove" when Target(send) is { } target => (transaction, call, me) => TurnAway(transaction, call, me, target, ParticipantStates.Removed),
        _ => null,
    };

    static bool IsId(string? id) => id is { Length: > 0 and <= LongestId } && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    static T? Body<T>(SendFrame send, JsonTypeInfo<T> type) where T : class
    {
        try { return send.P.ValueKind == JsonValueKind.Object ? send.P.Deserialize(type) : null; }
        catch (JsonException) { return null; }
    }

    static string? Target(SendFrame send) => Body(send, SignalJson.Default.TargetSend) is { } body && TypedId.TryParse<ParticipantId>(body.Participant, out _) ? body.Participant : null;

    static async Task<bool> IsRepeat(Transaction transaction, Entrant entrant, string id) => await transaction.Execute(
        "INSERT INTO sends (call, participant, send_id, at) VALUES (@Call, @Participant, @id, @now) ON CONFLICT (call, participant, send_id) DO NOTHING",
        new { entrant.Call, entrant.Participant, id, now = transaction.Now }) == 0;

    static Task<int> Forget(Transaction transaction, Entrant entrant, string id) => transaction.Execute(
        "DELETE FROM sends WHERE call = @Call AND participant = @Participant AND send_id = @id", new { entrant.Call, entrant.Participant, id });

    static async Task<Refusal?> Connect(Transaction transaction, CallRow call, ParticipantRow me)
    {
        await transaction.Execute("UPDATE participants SET wants_offer = 1 WHERE call = @Call AND participant = @Participant", new { call.Call, me.Participant });
        return null;
    }

    static async Task<Refusal?> Join(Transaction transaction, CallRow call, ParticipantRow me)
    {
        if (me.State is ParticipantStates.Waiting or ParticipantStates.Admitted) return null;
        if (me.IsGone) await Presence.Return(transaction, call.Call, me);
        if (me.IsClinician) return await Seating.Take(transaction, call, me) ? null : Full;
        await Presence.Waiting(transaction, call.Call, me);
        return null;
    }

    static async Task<Refusal?> Admit(Transaction transaction, CallRow call, ParticipantRow me, string target)
    {
        if (!IsHost(me)) return NotAllowed;
        if (await CallLog.Participant(transaction, call.Call, target) is not { } who) return NoSuchParticipant;
        if (who.IsAdmitted) return null;
        if (who.State != ParticipantStates.Waiting) return NoSuchParticipant;
        return await Seating.Take(transaction, call, who) ? null : Full;
    }

    static async Task<Refusal?> TurnAway(Transaction transaction, CallRow call, ParticipantRow me, string target, string state)
    {
        // One's own way out is `leave`.
        if (!IsHost(me) || target == me.Participant) return NotAllowed;
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
        static long Flag(bool on) => on ? 1 : 0;
        await transaction.Execute("UPDATE participants SET audio = @audio, video = @video, screen = @screen WHERE call = @Call AND participant = @Participant",
            new { call.Call, me.Participant, audio = Flag(media.Audio), video = Flag(media.Video), screen = Flag(media.Screen) });
        if (me.Announced == 1)
            await CallLog.Append(transaction, call.Call, Audience.Admitted, "media", new MediaBody(me.Participant, media.Audio, media.Video, media.Screen), SignalJson.Default.MediaBody);
        return null;
    }

    static async Task<Refusal?> Leave(Transaction transaction, CallRow call, ParticipantRow me)
    {
        if (!me.IsGone) await Presence.Depart(transaction, call.Call, me, ParticipantStates.Left, "left");
        return null;
    }

    static async Task<Refusal?> End(Transaction transaction, CallRow call, ParticipantRow me)
    {
        if (!me.IsClinician || !me.IsAdmitted) return NotAllowed;
        await Ending.End(transaction, call, CallEndReasons.ByClinician);
        return null;
    }

    // A clinician may let in from the lobby too, but not after having left.
    static bool IsHost(ParticipantRow me) => me is { IsClinician: true, IsGone: false };
}

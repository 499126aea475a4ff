using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;

namespace FirstRing.Signaling.Admission;

/// <summary>Who is there: entering, being seen, and the grace before silence counts as leaving.</summary>
internal static class Presence
{
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60), SeenEvery = TimeSpan.FromSeconds(10);

    /// <summary>A transport opened: makes the call and the participant on first sight and tells them where they stand. False where the call is another clinic's.</summary>
    public static Task<bool> EnterOrRefuse(CallLog log, Entrant entrant, CancellationToken stop) => log.Store.Commit(entrant.Caller, async transaction =>
    {
        await CallLog.Create(transaction, entrant.Call, entrant.Tenant, entrant.Visit);
        if (await CallLog.Call(transaction, entrant.Call) is not { } call || call.Tenant != entrant.Tenant) return false;
        var known = await CallLog.Participant(transaction, entrant.Call, entrant.Participant);
        if (known is null)
        {
            await transaction.Execute(
                """
                INSERT INTO participants (call, participant, role, state, seat, admitted_at_sequence, announced, wants_offer, generation, media_epoch, peer_state, audio, video,
                  screen, waiting_since, last_seen, left_reason)
                VALUES (@Call, @Participant, @Role, 'lobby', -1, 0, 0, 0, 0, 0, '', 0, 0, 0, 0, @now, '')
                """,
                new { entrant.Call, entrant.Participant, entrant.Role, now = transaction.Now });
            transaction.Audit("call.enter", $"{entrant.Call}/{entrant.Participant}");
            await Welcome(transaction, entrant, ParticipantStates.Lobby);
        }
        else if (known.State == ParticipantStates.Left && call.IsOpen)
        {
            await transaction.Execute("UPDATE participants SET state = 'lobby', last_seen = @now WHERE call = @Call AND participant = @Participant",
                new { entrant.Call, entrant.Participant, now = transaction.Now });
            await Welcome(transaction, entrant, ParticipantStates.Lobby);
        }
        else if (known.LastSeen < transaction.Now - (long)SeenEvery.TotalMicroseconds)
        {
            await transaction.Execute("UPDATE participants SET last_seen = @now WHERE call = @Call AND participant = @Participant",
                new { entrant.Call, entrant.Participant, now = transaction.Now });
        }
        return true;
    }, stop);

    static Task<long> Welcome(Transaction transaction, Entrant entrant, string state) => CallLog.Append(transaction, entrant.Call, entrant.Participant, "welcome",
        new WelcomeBody(entrant.Participant, entrant.Role, state), SignalJson.Default.WelcomeBody);

    /// <summary>The transport is still there.</summary>
    public static Task Seen(CallLog log, Entrant entrant, CancellationToken stop) => log.Store.Commit(entrant.Caller, transaction =>
        transaction.Execute("UPDATE participants SET last_seen = @now WHERE call = @Call AND participant = @Participant",
            new { entrant.Call, entrant.Participant, now = transaction.Now }), stop);

    /// <summary>Takes a participant out of the call, for a reason. Nothing happens to who is not in it.</summary>
    public static async Task Depart(Transaction transaction, string call, ParticipantRow who, string state, string reason)
    {
        await transaction.Execute(
            "UPDATE participants SET state = @state, seat = -1, announced = 0, wants_offer = 0, left_reason = @reason, audio = 0, video = 0, screen = 0 WHERE call = @call AND participant = @Participant",
            new { call, who.Participant, state, reason });
        if (who.IsAdmitted && who.Announced == 1)
            await CallLog.Append(transaction, call, Audience.Admitted, "left", new LeftBody(who.Participant, reason), SignalJson.Default.LeftBody);
        if (who.State == ParticipantStates.Waiting)
            await CallLog.Append(transaction, call, Audience.Staff, "waiting-left", new ParticipantBody(who.Participant), SignalJson.Default.ParticipantBody);
    }
}

using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Recording;

namespace FirstRing.Signaling.Admission;

/// <summary>How an opening transport finds its participant.</summary>
internal enum Entry { Refused, Quiet, Moved }

/// <summary>Presence: entering, being seen, and the grace before silence counts as leaving.</summary>
internal static class Presence
{
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60), SeenEvery = TimeSpan.FromSeconds(10);

    sealed record Known(string Tenant, string Visit, string Role, string State, string PeerState, long LastSeen);

    /// <summary>
    /// A transport opened: makes the call and the participant on first sight, and brings back who was lost. Refused where the pass does not go with what is
    /// known; Moved where the media node must hear of it. Most openings find nothing to write and cost one read.
    /// </summary>
    public static async Task<Entry> Enter(CallLog log, Entrant entrant, CancellationToken stop)
    {
        var known = await log.Store.ReadOne<Known>(
            """
            SELECT c.tenant AS Tenant, c.visit AS Visit, COALESCE(p.role, '') AS Role, COALESCE(p.state, '') AS State, COALESCE(p.peer_state, '') AS PeerState,
              COALESCE(p.last_seen, 0) AS LastSeen
            FROM calls c LEFT JOIN participants p ON p.call = c.call AND p.participant = @Participant WHERE c.call = @Call
            """,
            new { entrant.Call, entrant.Participant }, stop);
        if (known is not null && (known.Tenant != entrant.Tenant || known.Visit != entrant.Visit || (known.Role.Length > 0 && known.Role != entrant.Role))) return Entry.Refused;
        if (known is { State: not "" and not ParticipantStates.Left, PeerState: not "failed" } && known.LastSeen >= Stale(log.Store)) return Entry.Quiet;
        return await log.Store.Commit(entrant.Caller, transaction => Enter(transaction, entrant), stop);
    }

    static async Task<Entry> Enter(Transaction transaction, Entrant entrant)
    {
        await CallLog.Create(transaction, entrant.Call, entrant.Tenant, entrant.Visit);
        if (await CallLog.Call(transaction, entrant.Call) is not { } call || call.Tenant != entrant.Tenant) return Entry.Refused;
        var me = await CallLog.Participant(transaction, entrant.Call, entrant.Participant);
        if (me is null)
        {
            await transaction.Execute(
                """
                INSERT INTO participants (call, participant, role, state, seat, admitted_at_sequence, announced, wants_offer, generation, offer_sequence, media_epoch, peer_state,
                  audio, video, screen, waiting_since, last_seen, left_reason, login)
                VALUES (@Call, @Participant, @Role, 'lobby', -1, 0, 0, 0, 0, 0, 0, '', 0, 0, 0, 0, @now, '', @Login)
                """,
                new { entrant.Call, entrant.Participant, entrant.Role, entrant.Login, now = transaction.Now });
            transaction.Audit("call.enter", $"{entrant.Call}/{entrant.Participant}");
            await Welcome(transaction, entrant.Call, entrant.Participant, entrant.Role, ParticipantStates.Lobby);
            return Entry.Quiet;
        }
        await transaction.Execute("UPDATE participants SET last_seen = @now WHERE call = @Call AND participant = @Participant",
            new { entrant.Call, entrant.Participant, now = transaction.Now });
        if (!call.IsOpen) return Entry.Quiet;
        if (me.State == ParticipantStates.Left)
        {
            await By(transaction, entrant);
            return await ComeBack(transaction, call, me);
        }
        if (me.IsGone || me.PeerState != "failed") return Entry.Quiet;
        // Its transport to the node failed while nobody was there to take a new offer.
        await transaction.Execute("UPDATE participants SET wants_offer = 1, peer_state = '' WHERE call = @Call AND participant = @Participant", new { entrant.Call, entrant.Participant });
        return Entry.Moved;
    }

    // Who only lost the line takes up where they were; who left of their own will stands in the lobby again.
    static async Task<Entry> ComeBack(Transaction transaction, CallRow call, ParticipantRow me)
    {
        await Return(transaction, call.Call, me);
        if (me.LeftReason == LeftReasons.LostInCall && await Seating.Take(transaction, call, me))
        {
            await transaction.Execute("UPDATE participants SET wants_offer = 1 WHERE call = @Call AND participant = @Participant AND generation > 0", new { call.Call, me.Participant });
            return Entry.Moved;
        }
        if (me.LeftReason is LeftReasons.LostInCall or LeftReasons.LostWaiting) await Waiting(transaction, call.Call, me);
        else await Welcome(transaction, call.Call, me.Participant, me.Role, ParticipantStates.Lobby);
        return Entry.Moved;
    }

    /// <summary>From now on it is by this login that the participant is here.</summary>
    public static Task<int> By(Transaction transaction, Entrant entrant) => transaction.Execute(
        "UPDATE participants SET login = @Login WHERE call = @Call AND participant = @Participant", new { entrant.Login, entrant.Call, entrant.Participant });

    /// <summary>Back from where the node was told to forget them; what it has not been told yet (a positive media_epoch) still stands.</summary>
    public static Task<int> Return(Transaction transaction, string call, ParticipantRow me) => transaction.Execute(
        "UPDATE participants SET state = 'lobby', left_reason = '', media_epoch = CASE WHEN media_epoch < 0 THEN 0 ELSE media_epoch END WHERE call = @call AND participant = @Participant",
        new { call, me.Participant });

    /// <summary>Puts a participant among those who wait, and tells them and the staff.</summary>
    public static async Task Waiting(Transaction transaction, string call, ParticipantRow me)
    {
        await transaction.Execute("UPDATE participants SET state = 'waiting', waiting_since = @now WHERE call = @call AND participant = @Participant",
            new { call, me.Participant, now = transaction.Now });
        await Welcome(transaction, call, me.Participant, me.Role, ParticipantStates.Waiting);
        await CallLog.Append(transaction, call, Audience.Staff, "waiting", new WaitingBody(me.Participant, me.Role), SignalJson.Default.WaitingBody);
    }

    static Task<long> Welcome(Transaction transaction, string call, string participant, string role, string state) =>
        CallLog.Append(transaction, call, participant, "welcome", new WelcomeBody(participant, role, state), SignalJson.Default.WelcomeBody);

    /// <summary>A transport is still there. Written at most every ten seconds, whatever the number of transports.</summary>
    public static async Task Seen(CallLog log, Entrant entrant, CancellationToken stop)
    {
        var before = Stale(log.Store);
        await log.Store.Commit(entrant.Caller, transaction => transaction.Execute(
            "UPDATE participants SET last_seen = @now WHERE call = @Call AND participant = @Participant AND last_seen < @before",
            new { entrant.Call, entrant.Participant, now = transaction.Now, before }), stop);
    }

    static long Stale(Store store) => Platform.Ids.Instant.Microseconds(store.Clock) - (long)SeenEvery.TotalMicroseconds;

    /// <summary>Takes a participant out of the call and tells who may know.</summary>
    public static async Task Depart(Transaction transaction, string call, ParticipantRow who, string state, string reason)
    {
        var kept = reason != "lost" ? reason : who.IsAdmitted ? LeftReasons.LostInCall : LeftReasons.LostWaiting;
        await transaction.Execute(
            "UPDATE participants SET state = @state, seat = -1, announced = 0, wants_offer = 0, left_reason = @kept, audio = 0, video = 0, screen = 0 WHERE call = @call AND participant = @Participant",
            new { call, who.Participant, state, kept });
        if (who.IsAdmitted && who.Announced == 1)
            await CallLog.Append(transaction, call, Audience.Admitted, "left", new LeftBody(who.Participant, reason), SignalJson.Default.LeftBody);
        if (who.State == ParticipantStates.Waiting)
            await CallLog.Append(transaction, call, Audience.Staff, "waiting-left", new ParticipantBody(who.Participant), SignalJson.Default.ParticipantBody);
        if (who.IsAdmitted) await Recordings.Review(transaction, call);
    }
}

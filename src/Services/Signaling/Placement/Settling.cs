using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Recording;

namespace FirstRing.Signaling.Placement;

/// <summary>
/// Brings the media node in line with the rows of one call: (1) place it on a live node, (2) have departures taken, so that their seats are free there too,
/// (3) have recordings rest or end, (4) have
/// admissions taken and then tell them, (5) fetch the offers that are wanted, (6) have recordings run, (7) close an ended call. Every step is safe to repeat and to race with
/// another signaling node: what was learned outside is only written where the row still asks for it, and undone on the media node where it does not.
/// </summary>
internal sealed class Settling(CallLog log, MediaNodeAt mediaAt, Listening listening, Cell cell)
{
    static readonly Refusal
        NotThere = new("not-admitted", "You are not in the call.", 409),
        CallOver = new("call-ended", "The call has ended.", 409),
        StaleGeneration = new("generation-stale", "A newer offer was made.", 409);
    public static readonly Refusal Unavailable = new("unavailable", "A part of the clinic's system does not answer. Try again in a moment.", 503);

    /// <summary>True when nothing is left to do; false to come again.</summary>
    /// <exception cref="HttpRequestException">The media node does not answer.</exception>
    public async Task<bool> Settle(string id, CancellationToken stop)
    {
        if (await Placing.Place(log, listening, cell, id, stop) is not { } placed) return true;
        var (call, participants, node) = placed;
        if (!call.IsOpen) return await Close(call, node, stop);
        if (node is null) return !participants.Any(one => one.WantsOffer == 1 || one.WantsAdmission(call.PlacementEpoch));
        var media = mediaAt(node.Uri);
        var settled = true;
        foreach (var one in participants.Where(one => one.WantsRemoval)) settled &= await Remove(call, one, media, stop);
        if (!await RecordingOrders.Rest(log, call, media, mediaAt, stop)) return false;
        foreach (var one in participants.Where(one => one.WantsAdmission(call.PlacementEpoch))) settled &= await Admit(call, one, media, stop);
        foreach (var one in participants.Where(one => one.WantsOffer == 1 && !one.IsGone)) settled &= await Offer(call, one, media, stop);
        return settled & await RecordingOrders.Run(log, call, media, stop); // last: whatever becomes of it, the call goes on
    }

    /// <summary>Hands a page's SDP answer to the node; null when it was taken.</summary>
    public async Task<Refusal?> Answer(Entrant entrant, AnswerSend answer, CancellationToken stop)
    {
        var (call, me, node) = await log.Store.Commit(entrant.Caller, async transaction =>
        {
            var call = await transaction.One<CallRow>($"SELECT {CallRow.Columns} FROM calls WHERE call = @Call", new { entrant.Call });
            return (call, await CallLog.Participant(transaction, entrant.Call, entrant.Participant), call is null ? null : await Nodes.Of(transaction, call.Node, call.NodeIncarnation));
        }, stop);
        if (call is null || me is null || me.IsGone) return NotThere;
        if (!call.IsOpen) return CallOver;
        if (answer.Generation != me.Generation || answer.Generation < 1) return StaleGeneration;
        if (node is null) return Unavailable;
        Acting.As(Caller.System("signaling")); // a media node knows of no person
        return (await mediaAt(node.Uri).Answer(
            new TakeAnswer(IdOf(call), IdOf(me), (int)answer.Generation, (int)call.PlacementEpoch, answer.Sdp), stop)).Refused;
    }

    async Task<bool> Offer(CallRow call, ParticipantRow one, IMediaClient media, CancellationToken stop)
    {
        var generation = one.Generation + 1;
        var made = await media.Offer(new MakeOffer(IdOf(call), IdOf(one), (int)generation, (int)call.PlacementEpoch), stop);
        if (made.Value is not { } offer) return false;
        return await log.Store.Commit(Caller.System("signaling", call.Tenant), async transaction =>
        {
            var now = await CallLog.Call(transaction, call.Call);
            if (now is not { IsOpen: true } || now.PlacementEpoch != call.PlacementEpoch) return false;
            var taken = await transaction.Execute(
                """
                UPDATE participants SET wants_offer = 0, generation = @generation, peer_state = CASE WHEN peer_state = @Moving THEN @Moving ELSE '' END
                WHERE call = @Call AND participant = @Participant AND wants_offer = 1 AND generation = @was AND state IN ('lobby', 'waiting', 'admitted')
                """,
                new { call.Call, one.Participant, generation, was = one.Generation, Handover.Moving });
            if (taken == 0) return false;
            var sequence = await CallLog.Append(transaction, call.Call, one.Participant, "offer", new OfferBody(generation, call.PlacementEpoch, offer.Sdp, offer.IceServers), SignalJson.Default.OfferBody);
            await transaction.Execute("UPDATE participants SET offer_sequence = @sequence WHERE call = @Call AND participant = @Participant", new { call.Call, one.Participant, sequence });
            return true;
        }, stop);
    }

    async Task<bool> Admit(CallRow call, ParticipantRow one, IMediaClient media, CancellationToken stop)
    {
        var taken = await media.Admit(new AdmitParticipant(IdOf(call), IdOf(one), (int)one.Seat, (int)call.PlacementEpoch), stop);
        if (taken.Refused is not null) return false;
        var (stands, undo) = await log.Store.Commit(Caller.System("signaling", call.Tenant), async transaction =>
        {
            var now = await CallLog.Call(transaction, call.Call);
            if (now is not { IsOpen: true } || now.PlacementEpoch != call.PlacementEpoch) return (false, false);
            if (await CallLog.Participant(transaction, call.Call, one.Participant) is not { IsAdmitted: true } me) return (false, true);
            if (me.Seat != one.Seat) return (false, false);
            await transaction.Execute("UPDATE participants SET media_epoch = @epoch WHERE call = @Call AND participant = @Participant",
                new { call.Call, one.Participant, epoch = call.PlacementEpoch });
            if (me.Announced == 0) await Announcing.Admitted(transaction, now, me);
            return (true, false);
        }, stop);
        // Left while the node was being told, and another signaling node may have had the departure taken already: it must not stay in there.
        if (undo) await Remove(call, one, media, stop);
        return stands;
    }

    async Task<bool> Remove(CallRow call, ParticipantRow one, IMediaClient media, CancellationToken stop)
    {
        await Handover.PutOut(log, call, IdOf(one), mediaAt, stop);
        var taken = await media.Remove(new RemoveParticipant(IdOf(call), IdOf(one), (int)call.PlacementEpoch), stop);
        if (taken.Refused is not null) return false;
        return await log.Store.Commit(Caller.System("signaling", call.Tenant), async transaction =>
        {
            var now = await CallLog.Call(transaction, call.Call);
            if (now is not { IsOpen: true } || now.PlacementEpoch != call.PlacementEpoch) return false;
            if (await CallLog.Participant(transaction, call.Call, one.Participant) is not { } me) return true;
            // Who came back meanwhile lost the transport all the same, and an admission that the node took before counts no more.
            await transaction.Execute(me.IsGone
                    ? "UPDATE participants SET media_epoch = -1, generation = generation + 1 WHERE call = @Call AND participant = @Participant"
                    : "UPDATE participants SET media_epoch = 0, wants_offer = CASE WHEN generation > 0 THEN 1 ELSE wants_offer END WHERE call = @Call AND participant = @Participant",
                new { call.Call, one.Participant });
            return me.IsGone;
        }, stop);
    }

    async Task<bool> Close(CallRow call, NodeRow? node, CancellationToken stop)
    {
        if (call.MediaClosed == 1) return true;
        await Handover.Close(log, call, mediaAt, stop);
        // A silent node is not asked: it has gone, or learns from its next beat.
        if (node is not null && Nodes.IsAlive(node, Platform.Ids.Instant.Microseconds(log.Store.Clock)))
            await mediaAt(node.Uri).CloseCall(new CloseCall(IdOf(call), (int)call.PlacementEpoch), stop);
        await log.Store.Commit(Caller.System("signaling", call.Tenant), async transaction =>
        {
            await transaction.Execute("DELETE FROM sends WHERE call = @Call", new { call.Call }); // an ended call does nothing twice
            return await transaction.Execute("UPDATE calls SET media_closed = 1 WHERE call = @Call", new { call.Call });
        }, stop);
        return true;
    }

    static CallId IdOf(CallRow call) => TypedId.Parse<CallId>(call.Call);
    static ParticipantId IdOf(ParticipantRow one) => TypedId.Parse<ParticipantId>(one.Participant);
}

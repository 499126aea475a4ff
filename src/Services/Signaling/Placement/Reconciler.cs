using System.Collections.Concurrent;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Log;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Signaling.Placement;

/// <summary>
/// Brings the media node in line with the rows, one call at a time: (1) place the call on a live node, (2) fetch the offers that are wanted, (3) have
/// admissions taken and then tell them, (4) have departures taken, (5) close an ended call. Every step is safe to repeat and to race with another
/// signaling node: what was learned outside is only written where the row still asks for it.
/// </summary>
internal sealed partial class Reconciler(CallLog log, ContractClients clients, TimeProvider clock, ILogger<Reconciler> logger) : BackgroundService
{
    static readonly TimeSpan Again = TimeSpan.FromMilliseconds(250);
    readonly ConcurrentDictionary<string, Running> _running = new();
    readonly ConcurrentDictionary<string, byte> _unsettled = new();
    readonly ConcurrentDictionary<string, Uri?> _addresses = new();

    sealed class Running { public bool Once = true; }

    /// <summary>Looks at the call now, in the background; a nudge during a run makes it run once more.</summary>
    public void Nudge(string call)
    {
        _unsettled[call] = 0;
        while (true)
        {
            if (_running.TryGetValue(call, out var running))
            {
                lock (running)
                {
                    if (!_running.ContainsKey(call)) continue;
                    running.Once = true;
                    return;
                }
            }
            var fresh = new Running();
            if (!_running.TryAdd(call, fresh)) continue;
            _ = Task.Run(() => RunUntilSettled(call, fresh));
            return;
        }
    }

    async Task RunUntilSettled(string call, Running running)
    {
        while (true)
        {
            lock (running)
            {
                if (!running.Once)
                {
                    _running.TryRemove(call, out _);
                    return;
                }
                running.Once = false;
            }
            try
            {
                if (await Reconcile(call, CancellationToken.None)) _unsettled.TryRemove(call, out _);
            }
            catch (Exception failure)
            {
                // Stays unsettled; the sweep comes back to it.
                LogNotSettled(failure.GetType().Name);
            }
        }
    }

    // The sweep: calls left unsettled by a failure, calls whose node died, people who fell silent.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var call in await log.Store.ReadList<string>("SELECT call FROM calls WHERE state = 'open' OR media_closed = 0", null, stoppingToken)) _unsettled[call] = 0;
        using var timer = new PeriodicTimer(Again, clock);
        for (var round = 0; await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(tick => tick is { IsCompletedSuccessfully: true } && tick.GetAwaiter().GetResult(), TaskScheduler.Default); round++)
        {
            try
            {
                foreach (var call in await Nodes.Orphans(log.Store, Platform.Ids.Instant.Microseconds(clock), stoppingToken)) Nudge(call);
                foreach (var call in _unsettled.Keys) Nudge(call);
                if (round % 20 == 0) await Silence.Sweep(log, Nudge, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotSettled(failure.GetType().Name);
            }
        }
    }

    /// <summary>The media node that the call is placed on.</summary>
    public IMediaClient Media(CallRow call) => clients.At<IMediaClient>("media", _addresses.GetValueOrDefault(call.Node));

    /// <summary>True when nothing is left to do.</summary>
    internal async Task<bool> Reconcile(string id, CancellationToken stop)
    {
        var (call, participants) = await Place(id, stop);
        if (call is null) return true;
        if (!call.IsOpen) return await Close(call, stop);
        if (call.Node.Length == 0) return participants.All(one => one.WantsOffer == 0 && (!one.IsAdmitted || one.Announced == 1));
        var media = Media(call);
        foreach (var one in participants)
        {
            if (one.State is ParticipantStates.Left or ParticipantStates.Denied or ParticipantStates.Removed)
            {
                if (one.MediaEpoch != -1) await Remove(call, one, media, stop);
                continue;
            }
            if (one.IsAdmitted && one.MediaEpoch != call.PlacementEpoch) await Admit(call, one, media, stop);
            if (one.WantsOffer == 1) await Offer(call, one, media, stop);
        }
        return true;
    }

    // The call's row is locked, so of several signaling nodes one places it and the others see where.
    Task<(CallRow? Call, List<ParticipantRow> Participants)> Place(string id, CancellationToken stop) => log.Store.Commit(Caller.System("signaling"), async transaction =>
    {
        if (await CallLog.Call(transaction, id) is not { } call) return (null, []);
        var participants = await CallLog.Participants(transaction, id);
        var alive = await Nodes.Alive(transaction);
        foreach (var node in alive) _addresses[node.Node] = Uri.TryCreate(node.Address, UriKind.Absolute, out var address) ? address : null;
        var settled = !call.IsOpen || alive.Any(node => node.Node == call.Node && node.Incarnation == call.NodeIncarnation);
        var needed = participants.Any(one => one.WantsOffer == 1 || one.IsAdmitted || one.Generation > 0);
        if (settled || !needed || alive.Count == 0) return (alive.Count == 0 && call.IsOpen ? call with { Node = "" } : call, participants);

        var chosen = alive[0];
        await transaction.Execute(
            "UPDATE calls SET node = @Node, node_incarnation = @Incarnation, placement_epoch = placement_epoch + 1 WHERE call = @id", new { chosen.Node, chosen.Incarnation, id });
        // Whoever had a transport on the node that is gone needs one on this.
        await transaction.Execute(
            "UPDATE participants SET wants_offer = 1, peer_state = '' WHERE call = @id AND generation > 0 AND state IN ('lobby', 'waiting', 'admitted')", new { id });
        return (await CallLog.Call(transaction, id), await CallLog.Participants(transaction, id));
    }, stop);

    async Task Offer(CallRow call, ParticipantRow one, IMediaClient media, CancellationToken stop)
    {
        var generation = one.Generation + 1;
        var made = await media.Offer(new MakeOffer(IdOf(call), IdOf(one), (int)generation, (int)call.PlacementEpoch), stop);
        if (made.Value is not { } offer) throw new InvalidOperationException("The media node made no offer.");
        await log.Store.Commit(Caller.System("signaling", call.Tenant), async transaction =>
        {
            var now = await CallLog.Call(transaction, call.Call);
            if (now is not { IsOpen: true } || now.PlacementEpoch != call.PlacementEpoch) return 0;
            var taken = await transaction.Execute(
                "UPDATE participants SET wants_offer = 0, generation = @generation, peer_state = '' WHERE call = @Call AND participant = @Participant AND wants_offer = 1 AND generation = @was",
                new { call.Call, one.Participant, generation, was = one.Generation });
            if (taken == 1)
                await CallLog.Append(transaction, call.Call, one.Participant, "offer", new OfferBody(generation, call.PlacementEpoch, offer.Sdp), SignalJson.Default.OfferBody);
            return taken;
        }, stop);
    }

    async Task Admit(CallRow call, ParticipantRow one, IMediaClient media, CancellationToken stop)
    {
        var taken = await media.Admit(new AdmitParticipant(IdOf(call), IdOf(one), (int)one.Seat, (int)call.PlacementEpoch), stop);
        if (taken.Refused is { } refused) throw new InvalidOperationException($"The media node refused an admission: {refused.Code}.");
        await log.Store.Commit(Caller.System("signaling", call.Tenant), async transaction =>
        {
            var now = await CallLog.Call(transaction, call.Call);
            if (now is not { IsOpen: true } || now.PlacementEpoch != call.PlacementEpoch) return 0;
            if (await CallLog.Participant(transaction, call.Call, one.Participant) is not { IsAdmitted: true } me || me.Seat != one.Seat) return 0;
            await transaction.Execute("UPDATE participants SET media_epoch = @epoch WHERE call = @Call AND participant = @Participant",
                new { call.Call, one.Participant, epoch = call.PlacementEpoch });
            if (me.Announced == 0) await Announce(transaction, now, me);
            return 1;
        }, stop);
    }

    static async Task Announce(Transaction transaction, CallRow call, ParticipantRow me)
    {
        var all = await CallLog.Participants(transaction, call.Call);
        var people = all.Where(other => other.IsAdmitted && other.Announced == 1)
            .Select(other => new Person(other.Participant, other.Role, other.Seat, other.Audio == 1, other.Video == 1, other.Screen == 1)).ToList();
        await CallLog.Append(transaction, call.Call, me.Participant, "admitted", new AdmittedBody(me.Seat, people), SignalJson.Default.AdmittedBody);
        var sequence = await CallLog.Append(transaction, call.Call, Audience.Admitted, "joined", new JoinedBody(me.Participant, me.Role, me.Seat), SignalJson.Default.JoinedBody);
        await transaction.Execute("UPDATE participants SET announced = 1, admitted_at_sequence = @sequence WHERE call = @Call AND participant = @Participant",
            new { call.Call, me.Participant, sequence });
        if (me.Audio + me.Video + me.Screen > 0)
            await CallLog.Append(transaction, call.Call, Audience.Admitted, "media", new MediaBody(me.Participant, me.Audio == 1, me.Video == 1, me.Screen == 1), SignalJson.Default.MediaBody);
        await Ending.StartWhenBothAreIn(transaction, call, all);
    }

    async Task Remove(CallRow call, ParticipantRow one, IMediaClient media, CancellationToken stop)
    {
        await media.Remove(new RemoveParticipant(IdOf(call), IdOf(one), (int)call.PlacementEpoch), stop);
        await log.Store.Commit(Caller.System("signaling", call.Tenant), transaction => transaction.Execute(
            "UPDATE participants SET media_epoch = -1, generation = generation + 1 WHERE call = @Call AND participant = @Participant AND state = @State",
            new { call.Call, one.Participant, one.State }), stop);
    }

    async Task<bool> Close(CallRow call, CancellationToken stop)
    {
        if (call.MediaClosed == 1) return true;
        // A node that has gone holds nothing any more; a live one also learns it from its next beat.
        if (call.Node.Length > 0 && _addresses.ContainsKey(call.Node)) await Media(call).CloseCall(new CloseCall(IdOf(call), (int)call.PlacementEpoch), stop);
        await log.Store.Commit(Caller.System("signaling", call.Tenant), transaction =>
            transaction.Execute("UPDATE calls SET media_closed = 1 WHERE call = @Call", new { call.Call }), stop);
        return true;
    }

    static CallId IdOf(CallRow call) => TypedId.Parse<CallId>(call.Call);
    static ParticipantId IdOf(ParticipantRow one) => TypedId.Parse<ParticipantId>(one.Participant);

    [LoggerMessage(1, LogLevel.Warning, "A call is not settled with its media node yet: {Failure}")]
    partial void LogNotSettled(string failure);
}

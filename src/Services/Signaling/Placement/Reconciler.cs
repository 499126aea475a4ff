using System.Collections.Concurrent;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Signaling.Placement;

/// <summary>
/// Sees to it that every call is settled with its media node: at once when something changed here, and in a sweep for what failed, what another signaling
/// node left behind, whose node died and who fell silent. One run per call at a time.
/// </summary>
internal sealed partial class Reconciler(CallLog log, Settling settling, MediaNodeAt mediaAt, Listening listening, TimeProvider clock, ILogger<Reconciler> logger) : BackgroundService
{
    const int LookForLost = 8, LookForSilent = 20;
    static readonly TimeSpan Round = TimeSpan.FromMilliseconds(250);
    readonly ConcurrentDictionary<string, Running> _running = new();
    readonly ConcurrentDictionary<string, int> _unsettled = new();
    readonly CancellationTokenSource _stop = new();
    Task _doubting = Task.CompletedTask;
    int _round;

    sealed class Running
    {
        public bool Again = true, IsOver;
        public Task Run = Task.CompletedTask;
    }

    /// <summary>Looks at the call now, in the background; a nudge during a run makes it run once more.</summary>
    public void Nudge(string call)
    {
        while (!_stop.IsCancellationRequested)
        {
            var running = _running.GetOrAdd(call, _ => new Running());
            lock (running)
            {
                if (running.IsOver) continue;
                running.Again = true;
                if (running.Run.IsCompleted) running.Run = Task.Run(() => RunUntilSettled(call, running));
                return;
            }
        }
    }

    /// <summary>Waits until no run is under way for the call.</summary>
    internal Task Quiet(string call) => _running.TryGetValue(call, out var running) ? running.Run : Task.CompletedTask;

    async Task RunUntilSettled(string call, Running running)
    {
        Acting.As(Caller.System("signaling")); // whoever nudged: a media node knows of no person and would refuse one
        while (true)
        {
            lock (running)
            {
                if (!running.Again || _stop.IsCancellationRequested)
                {
                    running.IsOver = true;
                    _running.TryRemove(call, out _);
                    return;
                }
                running.Again = false;
            }
            try
            {
                if (await settling.Settle(call, _stop.Token)) _unsettled.TryRemove(call, out _);
                else _unsettled.AddOrUpdate(call, 1, (_, failures) => failures + 1);
            }
            catch (Exception failure) when (!_stop.IsCancellationRequested)
            {
                // The sweep comes back to it.
                if (_unsettled.AddOrUpdate(call, 1, (_, failures) => failures + 1) == 1) LogNotSettled(failure.GetType().Name);
            }
            catch (OperationCanceledException)
            {
                // stopping: the loop ends above
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Round, clock);
        try
        {
            do await Sweep(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // stopping
        }
    }

    /// <summary>One round.</summary>
    internal async Task Sweep(CancellationToken stop)
    {
        try
        {
            var round = _round++;
            // Without a media node nothing can be settled, so nobody asks.
            var any = await Nodes.AnyAlive(log.Store, stop);
            listening.Hear(); // only now: a store that is away hears no beat
            if (any)
            {
                if (round % LookForLost == 0)
                {
                    await Handover.Sweep(log.Store, stop);
                    foreach (var call in await Unsettled(stop)) Nudge(call);
                }
                foreach (var call in _unsettled.Keys) Nudge(call);
                if (listening.For(Nodes.DeadAfter))
                {
                    foreach (var call in await Nodes.Orphans(log.Store, stop)) Nudge(call);
                    if (_doubting.IsCompleted) _doubting = Doubt(stop); // who does not answer holds nobody else up
                }
            }
            if (round % LookForSilent == 0 && listening.For(Admission.Presence.Grace)) await Silence.Sweep(log, Nudge, stop);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            LogSweepFailed(failure.GetType().Name);
        }
    }

    async Task Doubt(CancellationToken stop)
    {
        try { await Doubts.Settle(log.Store, mediaAt, stop); }
        catch (Exception failure) when (!stop.IsCancellationRequested) { LogSweepFailed(failure.GetType().Name); }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    // What the rows say is not settled, whoever should have seen to it.
    Task<List<string>> Unsettled(CancellationToken stop) => log.Store.ReadList<string>(
        """
        SELECT DISTINCT c.call FROM calls c JOIN participants p ON p.call = c.call
        WHERE c.state = 'open' AND ((p.wants_offer = 1 AND p.state IN ('lobby', 'waiting', 'admitted'))
          OR (p.state = 'admitted' AND (p.media_epoch <> c.placement_epoch OR p.announced = 0))
          OR (p.state <> 'admitted' AND p.media_epoch > 0 AND c.node <> '')
          OR (p.state IN ('left', 'denied', 'removed') AND p.media_epoch = 0 AND c.node <> ''))
        UNION SELECT call FROM calls WHERE state = 'ended' AND media_closed = 0
        UNION SELECT c.call FROM calls c JOIN recordings r ON r.call = c.call
        WHERE c.state = 'open' AND c.node <> '' AND ((r.state = 'running' AND (r.media_epoch <> c.placement_epoch OR r.media_turn <> r.turn))
          OR (r.state <> 'running' AND r.media_epoch = c.placement_epoch AND r.media_turn <> r.turn))
        """, null, stop);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_running.Values.Select(running => running.Run).Append(_doubting)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override void Dispose()
    {
        _stop.Dispose();
        base.Dispose();
    }

    [LoggerMessage(1, LogLevel.Warning, "A call is not settled with its media node yet: {Failure}")]
    partial void LogNotSettled(string failure);

    [LoggerMessage(2, LogLevel.Warning, "The sweep over the calls failed: {Failure}")]
    partial void LogSweepFailed(string failure);
}

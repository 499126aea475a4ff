using FirstRing.Platform.Http;
using FirstRing.Platform.Passes;
using FirstRing.Signaling.Doors;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Placement;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Signaling.Admission;

/// <summary>
/// What the end of a login does here: its open connections close, and whoever was in a call by it is out of the call and off the media node. Woken by the
/// event on this node or another one, and looking again every few seconds in any case.
/// </summary>
internal sealed partial class Departures(CallLog log, Places places, Reconciler reconciler, ILogger<Departures> logger) : BackgroundService
{
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    // Clocks of nodes differ a little, and a connection may open just while its login ends.
    static readonly long Overlap = (long)TimeSpan.FromMinutes(1).TotalMicroseconds;

    long _from;

    sealed record Gone(string Call, string Participant, string Tenant);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                using var ticket = log.Store.Wakes.Watch(EndedLogins.Topic);
                await Look(stoppingToken);
                await ticket.Wait(LookAgain, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // stopping
        }
    }

    /// <summary>One look. Safe to repeat, and to do on several nodes at once.</summary>
    internal async Task Look(CancellationToken stop)
    {
        try
        {
            var now = Platform.Ids.Instant.Microseconds(log.Store.Clock);
            foreach (var login in await EndedLogins.Since(log.Store, _from, stop)) places.End(login);
            _from = now - Overlap;
            foreach (var one in await log.Store.ReadList<Gone>(
                """
                SELECT p.call AS Call, p.participant AS Participant, c.tenant AS Tenant FROM ended_logins e JOIN participants p ON p.login = e.login JOIN calls c ON c.call = p.call
                WHERE c.state = 'open' AND p.state IN ('lobby', 'waiting', 'admitted')
                """, null, stop))
                await Out(one, stop);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            LogLookFailed(failure.GetType().Name);
        }
    }

    async Task Out(Gone one, CancellationToken stop)
    {
        var left = await log.Store.Commit(Caller.System("signaling", one.Tenant), async transaction =>
        {
            if (await CallLog.Call(transaction, one.Call) is not { IsOpen: true }) return false;
            if (await CallLog.Participant(transaction, one.Call, one.Participant) is not { IsGone: false } who) return false;
            if (!await EndedLogins.Has(transaction, who.Login)) return false; // came back by another one meanwhile
            await Presence.Depart(transaction, one.Call, who, ParticipantStates.Left, LeftReasons.LoginEnded);
            transaction.Audit("call.login-ended", $"{one.Call}/{one.Participant}");
            return true;
        }, stop);
        if (left) reconciler.Nudge(one.Call);
    }

    [LoggerMessage(1, LogLevel.Warning, "Looking for logins that ended failed: {Failure}")]
    partial void LogLookFailed(string failure);
}

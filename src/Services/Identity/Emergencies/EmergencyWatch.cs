using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Identity.Emergencies;

/// <summary>Notes the end of grants whose time is up or whose login has ended, in the clinic's own log. They opened nothing from that moment on; this writes it down.</summary>
internal sealed partial class EmergencyWatch(EmergencyStore emergencies, ILogger<EmergencyWatch> logger) : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, emergencies.Clock);
        do
        {
            try { await Look(stoppingToken); }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested) { LogFailed(failure.GetType().Name); }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>How many ends were noted.</summary>
    public async Task<int> Look(CancellationToken stop)
    {
        var noted = 0;
        foreach (var (tenant, grant) in await emergencies.Over(stop))
            noted += await emergencies.Commit(Caller.System("identity", tenant.ToString()), async transaction =>
            {
                var (by, at) = grant.EndsAt <= transaction.Now ? (EmergencyEnd.Time, grant.EndsAt) : (EmergencyEnd.Login, transaction.Now);
                if (!await EmergencyStore.End(transaction, grant.Id, at, by)) return 0;
                transaction.Audit("end-emergency", grant.Id.ToString(), WireName.Of(by), grant.Patient.ToString(), PurposeOfUse.BreakGlass(grant.Id));
                return 1;
            }, stop);
        return noted;
    }

    [LoggerMessage(1, LogLevel.Error, "Ends of emergency access could not be noted: {Failure}")]
    partial void LogFailed(string failure);
}

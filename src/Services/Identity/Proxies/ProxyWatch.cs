using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Identity.Proxies;

/// <summary>
/// Notes the end of grants whose time is up, takes their links back and puts whoever is in a call by one out of it. They open nothing from that instant on, noted or not. Any
/// number of nodes may run it.
/// </summary>
internal sealed partial class ProxyWatch(ProxyStore proxies, ILogger<ProxyWatch> logger) : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, proxies.Clock);
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
        foreach (var (tenant, grant) in await proxies.Over(stop))
            noted += await proxies.Commit(Caller.System("identity", tenant.ToString()), async transaction => await ProxyStore.End(transaction, grant, grant.Until, ProxyEnd.Time) ? 1 : 0, stop);
        return noted;
    }

    [LoggerMessage(1, LogLevel.Error, "Ends of proxies' grants could not be noted: {Failure}")]
    partial void LogFailed(string failure);
}

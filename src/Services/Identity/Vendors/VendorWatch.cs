using FirstRing.Contracts;
using FirstRing.Platform.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Identity.Vendors;

/// <summary>Raises an alert thirty days before an agreement expires: a line in the log, an audit row, and a mark on the entry. Once for each end it has; any number of nodes may run it.</summary>
internal sealed partial class VendorWatch(VendorStore vendors, ILogger<VendorWatch> logger) : BackgroundService
{
    public const int DaysBefore = 30;
    static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, vendors.Clock);
        do
        {
            try { await Look(stoppingToken); }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested) { LogFailed(failure.GetType().Name); }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>How many alerts were raised.</summary>
    public async Task<int> Look(CancellationToken stop)
    {
        var today = DateOnly.FromDateTime(vendors.Clock.GetUtcNow().UtcDateTime);
        var expiring = await vendors.Commit(Caller.System("identity"), async transaction =>
        {
            var taken = await VendorStore.TakeExpiring(transaction, today.AddDays(DaysBefore));
            foreach (var (_, id, _) in taken) transaction.Audit("vendor-expires", id.ToString());
            return taken;
        }, stop);
        foreach (var (tenant, id, until) in expiring) LogExpires(tenant, id, until.DayNumber - today.DayNumber);
        return expiring.Count;
    }

    [LoggerMessage(1, LogLevel.Warning, "Agreement {Vendor} of {Tenant} expires in {Days} days")]
    partial void LogExpires(TenantId tenant, VendorId vendor, int days);

    [LoggerMessage(2, LogLevel.Error, "Agreements that expire could not be looked for: {Failure}")]
    partial void LogFailed(string failure);
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Staff;
using FirstRing.Platform.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Identity.Vendors;

/// <summary>Raises an alert thirty days before an agreement expires: a letter to each admin of the clinic, an audit row, a mark on the entry and a line in the log. Once for each end it has; any number of nodes may run it.</summary>
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
        var raised = 0;
        foreach (var tenant in await vendors.TenantsExpiring(today.AddDays(DaysBefore), stop))
        {
            var expiring = await vendors.Commit(Caller.System("identity", tenant.ToString()), async transaction =>
            {
                var taken = await VendorStore.TakeExpiring(transaction, tenant, today.AddDays(DaysBefore));
                var admins = await StaffStore.Admins(transaction, tenant);
                foreach (var (id, until) in taken)
                {
                    transaction.Audit("vendor-expires", id.ToString());
                    await transaction.Emit(EventTypes.AgreementExpires, new AgreementExpires(tenant, id, until, admins), ContractsJson.Default.AgreementExpires);
                }
                return taken;
            }, stop);
            foreach (var (id, until) in expiring) LogExpires(tenant, id, until.DayNumber - today.DayNumber);
            raised += expiring.Count;
        }
        return raised;
    }

    [LoggerMessage(1, LogLevel.Warning, "Agreement {Vendor} of {Tenant} expires in {Days} days")]
    partial void LogExpires(TenantId tenant, VendorId vendor, int days);

    [LoggerMessage(2, LogLevel.Error, "Agreements that expire could not be looked for: {Failure}")]
    partial void LogFailed(string failure);
}

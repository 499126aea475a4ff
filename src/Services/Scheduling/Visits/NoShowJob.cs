using FirstRing.Contracts;
using FirstRing.Platform.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Scheduling.Visits;

/// <summary>Marks visits that never started as no-shows once they are overdue. Any number of nodes may run it.</summary>
internal sealed partial class NoShowJob(VisitStore store, TimeProvider clock, ILogger<NoShowJob> log) : BackgroundService
{
    const int Batch = 100;
    static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                while (await MarkOverdue(stoppingToken) == Batch) { }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One batch; how many were overdue.</summary>
    public async Task<int> MarkOverdue(CancellationToken stop)
    {
        var overdue = await store.Commit(Caller.System("scheduling"), transaction => VisitStore.HoldOverdue(transaction, Batch), stop);
        // One transaction each: events and audit rows are the visit's tenant's.
        foreach (var (tenant, id) in overdue)
            await Closing.Decide(store, Caller.System("scheduling", tenant.ToString()), tenant, id, "no-show", VisitRules.MarkNoShow, stop);
        return overdue.Count;
    }

    [LoggerMessage(1, LogLevel.Error, "Overdue visits could not be marked: {Failure}")]
    partial void LogFailed(string failure);
}

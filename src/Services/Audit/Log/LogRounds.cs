using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Audit.Log;

/// <summary>
/// Goes round: sign what the log has become, have it witnessed, write what is due. A step that fails (no key, no witness, no room on the disk) is tried again the
/// next time and holds up no other.
/// </summary>
internal sealed partial class LogRounds(LogStore log, Checkpoints checkpoints, Witnessing witnessing, Segments segments, ILogger<LogRounds> logger) : BackgroundService
{
    readonly SemaphoreSlim _one = new(1);
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(5), Gather = TimeSpan.FromMilliseconds(400);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await log.Begin(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var compared = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            using var ticket = log.Wakes.Watch(Sequencer.Grown);
            if (!compared) compared = await Try("compare", witnessing.Compare, stoppingToken);
            try { await Round(stoppingToken); }
            catch (OperationCanceledException) { break; }
            await Task.Delay(Gather, log.Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try { await ticket.Wait(Idle, stoppingToken); }
            catch (OperationCanceledException) { break; }
        }
    }

    /// <summary>One at a time: two would write one segment.</summary>
    public async Task Round(CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            await Try("sign", checkpoints.SignNewest, stop);
            await Try("witness", witnessing.CosignNewest, stop);
            while (await Try("segment", segments.WriteDue, stop)) { }
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    async Task<bool> Try(string type, Func<CancellationToken, Task<bool>> step, CancellationToken stop)
    {
        try
        {
            return await step(stop);
        }
        catch (Exception failure)
        {
            if (!stop.IsCancellationRequested) LogFailed(type, failure.GetType().Name);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The audit log's step {Type} failed and will be tried again: {Failure}")]
    partial void LogFailed(string type, string failure);
}

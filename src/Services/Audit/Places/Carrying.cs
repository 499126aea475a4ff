using FirstRing.Audit.Log;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Audit.Places;

/// <summary>
/// Carries segments to the store elsewhere, in a round of its own: a store that is slow or away holds up nothing here. What is to be carried lies in the log, whole, so that
/// it catches up by itself whenever the store is back.
/// </summary>
internal sealed partial class Carrying(LogStore log, Segments segments, ILogger<Carrying> logger) : BackgroundService
{
    readonly SemaphoreSlim _one = new(1);
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(5), AfterFailure = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var done = false;
            try { done = await Round(stoppingToken); }
            catch (OperationCanceledException) { break; }
            await Task.Delay(done ? Idle : AfterFailure, log.Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Carries all that is due. False where something failed: it is tried again.</summary>
    public async Task<bool> Round(CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            while (await segments.WriteDue(stop)) { }
            return true;
        }
        catch (NoObjectLockException)
        {
            LogUnlocked();
            return false;
        }
        catch (Exception failure)
        {
            if (!stop.IsCancellationRequested) LogFailed(failure.GetType().Name);
            return false;
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

    [LoggerMessage(1, LogLevel.Critical, "The store for the audit log's segments keeps nobody from deleting them (no Object Lock in COMPLIANCE mode): nothing is carried there")]
    partial void LogUnlocked();

    [LoggerMessage(2, LogLevel.Error, "Segments of the audit log wait: they could not be carried to their store and will be tried again ({Failure})")]
    partial void LogFailed(string failure);
}

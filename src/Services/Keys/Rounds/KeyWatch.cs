using FirstRing.Keys.Shredding;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Keys.Rounds;

/// <summary>Makes a round every minute and when someone rotates. The first one waits a minute too: a start needs nothing of it. Any number of nodes may run it.</summary>
internal sealed partial class KeyWatch(KeyRound round, DestructionStore store, ILogger<KeyWatch> logger) : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var ticket = store.Wakes.Watch(DestructionStore.Topic);
                await ticket.Wait(Every, stoppingToken);
                await round.Run(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception failure) { LogFailed(failure.GetType().Name); }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Keys could not be looked after: {Failure}")]
    partial void LogFailed(string failure);
}

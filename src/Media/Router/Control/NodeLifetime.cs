using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Media.Router.Control;

/// <summary>
/// SIGTERM to a media node that is a process of its own: it says that it is draining, gets no new calls, carries those it has until signaling has moved them to
/// other nodes, and stops when none is left, when no other node is there to take them, or after thirty seconds. A second SIGTERM stops it at once, as the end
/// of its fleet does.
/// </summary>
internal sealed partial class NodeLifetime(MediaNode node, NodeBeat beat, IHostApplicationLifetime host, TimeProvider clock, ILogger<NodeLifetime> log) : IHostLifetime, IDisposable
{
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private PosixSignalRegistration? term, interrupt;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            _ = Leave();
        });
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            host.StopApplication();
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        term?.Dispose();
        interrupt?.Dispose();
    }

    /// <summary>Gives the calls away, then stops the process.</summary>
    internal async Task Leave()
    {
        if (!node.Ready || !node.Drain())
        {
            host.StopApplication();
            return;
        }
        var from = clock.GetTimestamp();
        while (await beat.Now(host.ApplicationStopping) is not { Elsewhere: false } && node.Calls.Count > 0 && clock.GetElapsedTime(from) < Longest)
        {
            await Task.Delay(Pause, clock, host.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (node.Calls.Count is > 0 and var count)
        {
            CallsLeft(count);
        }
        host.StopApplication();
    }

    [LoggerMessage(1, LogLevel.Warning, "The media node stops, and {Count} calls are still on it.")]
    private partial void CallsLeft(int count);
}

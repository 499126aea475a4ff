using Microsoft.Extensions.Hosting;

namespace FirstRing.Media.Router.Control;

/// <summary>Opens the node with the host and closes it with it.</summary>
internal sealed class NodeStart(MediaNode node, NodeMetrics metrics) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = metrics;
        node.Start();
        return Task.CompletedTask;
    }

    // The container disposes the node after the last hosted service: peers get their close_notify then.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

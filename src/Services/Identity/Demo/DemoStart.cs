using Microsoft.Extensions.Hosting;

namespace FirstRing.Identity.Demo;

/// <summary>Makes the demo clinic before the platform says ready, and only where the demo flag is set.</summary>
internal sealed class DemoStart(DemoClinic clinic, IdentitySettings settings) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => settings.Demo ? clinic.Ensure(cancellationToken) : Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

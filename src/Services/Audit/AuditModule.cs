using FirstRing.Audit.Log;
using FirstRing.Audit.Search;
using FirstRing.Contracts.Witness;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Audit;

/// <summary>The one log of every access: a Merkle tree over the audit rows of all stores, its signed checkpoints, its segments, and the reading of it.</summary>
public sealed class AuditModule : IModule
{
    public void Register(ModuleContext context)
    {
        var folder = context.Settings["Segments"] ?? Path.Combine(context.DataFolder, "segments");
        context.Services.AddSingleton<LogTrust>();
        context.AddOnStore((store, _) => new LogStore(store));
        context.Services.AddSingleton<Sequencer>();
        context.Services.AddSingleton<LogKeys>();
        context.Services.AddSingleton<Checkpoints>();
        context.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Witnessing>(provider, () => provider.Client<IWitnessClient>("audit", "witness")));
        context.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Segments>(provider, folder));
        context.Services.AddSingleton<LogRounds>();
        context.Services.AddHostedService(provider => provider.GetRequiredService<LogRounds>());
    }

    public void MapContract(ContractRoutes routes)
    {
        routes.TakeAudit((batch, services, stop) => services.GetRequiredService<Sequencer>().Append(batch, stop));
        SearchLog.Map(routes);
        GetEvent.Map(routes);
        ReportDisclosures.Map(routes);
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
    }
}

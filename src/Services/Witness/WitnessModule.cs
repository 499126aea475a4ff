using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Witness;

/// <summary>Remembers how far the audit log had grown, in a store and under a key of its own, and signs only what grows out of that.</summary>
public sealed class WitnessModule : IModule
{
    public void Register(ModuleContext context)
    {
        context.AddOnStore((store, _) => new WitnessStore(store));
        context.Services.AddSingleton<CosignCheckpoint>();
    }

    public void MapContract(ContractRoutes routes)
    {
        GetWitnessedLog.Map(routes);
        CosignCheckpoint.Map(routes);
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
    }
}

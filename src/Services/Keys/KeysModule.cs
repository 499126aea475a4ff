using FirstRing.Keys.Rounds;
using FirstRing.Keys.Shredding;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Sealing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using IStoreKeysClient = FirstRing.Contracts.Keys.IStoreKeysClient;

namespace FirstRing.Keys;

/// <summary>Rotation, re-wrapping and destruction of clinics' keys. On no request's path: with it stopped everything else serves.</summary>
public sealed class KeysModule : IModule
{
    public void Register(ModuleContext context)
    {
        context.Services.AddSingleton(KeySettings.From(context.Settings));
        context.AddOnStore((store, _) => new DestructionStore(store));
        context.Services.AddSingleton(services => new StoresOfAll(services.GetRequiredService<KeySettings>().Stores,
            services.GetRequiredKeyedService<ContractClients>(context.Name).For<IStoreKeysClient>));
        context.Services.AddSingleton<KeyRound>();
        context.Services.AddHostedService<KeyWatch>();
    }

    public void MapContract(ContractRoutes routes)
    {
        ListKeys.Map(routes);
        RotateKeys.Map(routes);
        ScheduleDestruction.Map(routes);
        CancelDestruction.Map(routes);
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
    }
}

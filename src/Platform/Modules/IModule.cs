using FirstRing.Platform.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Platform.Modules;

/// <summary>One service of the platform. The host's table says what it needs; this says how it is made and which routes it has.</summary>
public interface IModule
{
    void Register(ModuleContext context);

    /// <summary>Routes that other services call; never reachable from the public door.</summary>
    void MapContract(ContractRoutes routes);

    /// <summary>Routes at the public door.</summary>
    void MapDoor(IEndpointRouteBuilder routes);
}

/// <summary>What a module is registered with. <paramref name="Settings"/> is the module's own section; <paramref name="DataFolder"/> exists.</summary>
public sealed record ModuleContext(string Name, IServiceCollection Services, IConfiguration Settings, string DataFolder);

public static class ModuleServices
{
    /// <summary>The store of the module named <paramref name="module"/>.</summary>
    public static Store Store(this IServiceProvider services, string module) => services.GetRequiredKeyedService<Store>(module);

    /// <summary>A client of <paramref name="to"/>'s contract for the module named <paramref name="from"/>.</summary>
    public static T Client<T>(this IServiceProvider services, string from, string to) where T : class =>
        services.GetRequiredKeyedService<Contracts.ContractClients>(from).For<T>(to);

    /// <summary>Registers <typeparamref name="T"/> made from the module's own store.</summary>
    public static IServiceCollection AddOnStore<T>(this ModuleContext context, Func<Store, IServiceProvider, T> make) where T : class =>
        context.Services.AddSingleton(provider => make(provider.Store(context.Name), provider));
}

using FirstRing.Insights.Joins;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Insights;

/// <summary>How joins went, state by state, under one-way names of visits.</summary>
public sealed class InsightsModule : IModule
{
    public void Register(ModuleContext context)
    {
        context.AddOnStore((store, _) => new JoinStore(store));
        context.Services.AddSingleton<AddressLimit>();
    }

    public void MapContract(ContractRoutes routes) => GetTransitions.Map(routes);

    public void MapDoor(IEndpointRouteBuilder routes) => ReportJoin.Map(routes);
}

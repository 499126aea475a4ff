using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Insights.Joins;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Passes;
using Microsoft.AspNetCore.Builder;
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

    public void MapContract(ContractRoutes routes) => routes.On(PlatformJson.Default.OutboxWire, Bar);

    static Task Bar(OutboxWire @event, IServiceProvider services, CancellationToken stop) =>
        @event.Type == EventTypes.LoginEnded && @event.Body.Deserialize(ContractsJson.Default.LoginEnded) is { } ended
            ? EndedLogins.Take(services.Store("insights"), @event, ended.Login.ToString(), stop)
            : Task.CompletedTask;

    public void MapDoor(IEndpointRouteBuilder routes) =>
        ReportJoin.Map(routes.MapGroup("").WithMetadata(DoorAccess.Anyone("a visit pass where the report is to be about a visit")));
}

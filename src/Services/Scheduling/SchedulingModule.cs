using FirstRing.Platform.Modules;
using FirstRing.Scheduling.Visits;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Scheduling;

/// <summary>The Visit: signaling reports what became of the call, scheduling decides what became of the visit.</summary>
public sealed class SchedulingModule : IModule
{
    public void Register(ModuleContext context)
    {
        context.AddOnStore((store, _) => new VisitStore(store));
        context.Services.AddHostedService<NoShowJob>();
    }

    public void MapContract(ContractRoutes routes)
    {
        BookVisit.Map(routes);
        GetVisit.Map(routes);
        ListVisits.Map(routes);
        FindOwnPatients.Map(routes);
        Invite.Map(routes);
        EndVisit.Map(routes);
        MarkNoShow.Map(routes);
        MarkConfidential.Map(routes);
        CallReports.Map(routes);
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
    }
}

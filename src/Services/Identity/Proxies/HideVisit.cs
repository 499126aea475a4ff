using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Identity.Links;
using FirstRing.Identity.Logins;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity.Proxies;

/// <summary>A visit was made confidential: links that proxies have into it are taken back for good, and whoever is in its call by one is put out of it.</summary>
internal static class HideVisit
{
    const string Consumer = "identity";

    public static void Map(ContractRoutes routes) => routes.On(PlatformJson.Default.OutboxWire, Handle);

    static Task Handle(OutboxWire @event, IServiceProvider services, CancellationToken stop) =>
        @event.Type == EventTypes.VisitMadeConfidential && @event.Body.Deserialize(ContractsJson.Default.VisitMadeConfidential) is { } hidden
            ? services.GetRequiredService<ProxyStore>().Commit(Caller.System(Consumer, @event.Tenant), async transaction =>
            {
                if (!await transaction.FirstTime(@event.Id, Consumer)) return Done.Yes;
                foreach (var (link, patient) in await LinkStore.RevokeProxiesIn(transaction, hidden.Tenant, hidden.Visit))
                {
                    await LoginStore.Tell(transaction, link);
                    transaction.Audit("hide-visit", hidden.Visit.ToString(), patient: patient.ToString());
                }
                return Done.Yes;
            }, stop)
            : Task.CompletedTask;
}

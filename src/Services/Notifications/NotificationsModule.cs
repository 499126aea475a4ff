using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Notifications.Deliveries;
using FirstRing.Notifications.Mail;
using FirstRing.Platform.Egress;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Notifications;

/// <summary>Tells patients and staff what they must know, by e-mail for now. Keeps what was sent and how often it was tried; addresses and links it keeps nowhere.</summary>
public sealed class NotificationsModule : IModule
{
    const string Name = "notifications";

    public void Register(ModuleContext context)
    {
        context.AddOnStore((store, _) => new DeliveryStore(store));
        var smtp = SmtpOptions.Read(context.Settings);
        // Not registered by itself: in one process another service has a way out of its own.
        context.AddOnStore((store, services) => new SmtpWay(smtp, new Egress(store, (tenant, host, stop) => Agreements(services, tenant, host, stop),
            EgressOptions.From(context.Settings), services.GetRequiredService<ILogger<Egress>>()), store.Clock));
        context.Services.AddSingleton<Mailer>();
        context.Services.AddHostedService(services => services.GetRequiredService<Mailer>());
    }

    public void MapContract(ContractRoutes routes)
    {
        Inbox.Map(routes);
        ListDeliveries.Map(routes);
        ReplayDelivery.Map(routes);
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
    }

    static async Task<IReadOnlyList<Agreement>> Agreements(IServiceProvider services, string tenant, HostName host, CancellationToken stop)
    {
        var found = await services.Client<IVendorsClient>(Name, "identity").FindAgreements(new FindAgreements(TenantId.Parse(tenant, null), host.Text), stop);
        return [.. (found.Value?.Agreements ?? []).Select(one => new Agreement(one.From, one.Until, one.Ended, [.. one.DataClasses.Select(WireName.Of)]))];
    }
}

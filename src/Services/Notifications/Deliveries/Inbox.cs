using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Notifications.Templates;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Notifications.Deliveries;

/// <summary>Makes a delivery of each event that somebody is to hear of, once however often it comes.</summary>
internal static class Inbox
{
    const string Consumer = "notifications";

    public static void Map(ContractRoutes routes) => routes.On(PlatformJson.Default.OutboxWire, Handle);

    static Task Handle(OutboxWire @event, IServiceProvider services, CancellationToken stop)
    {
        if (@event.Type == EventTypes.VisitBooked && @event.Body.Deserialize(ContractsJson.Default.VisitBooked) is { } booked)
            return Take(@event, services, transaction => DeliveryStore.Add(transaction, booked.Tenant, VisitLink.Name, booked.Visit.ToString(), null), stop);
        if (@event.Type == EventTypes.SignInChanged && @event.Body.Deserialize(ContractsJson.Default.SignInChanged) is { } changed)
            return Take(@event, services, transaction => DeliveryStore.Add(transaction, changed.Tenant, SignInNotice.Name, WireName.Of(changed.Change), changed.Staff.ToString()), stop);
        if (@event.Type == EventTypes.GlassBroken && @event.Body.Deserialize(ContractsJson.Default.GlassBroken) is { } broken)
            return Take(@event, services, async transaction =>
            {
                foreach (var admin in broken.Admins) await DeliveryStore.Add(transaction, broken.Tenant, EmergencyAlert.Name, broken.Emergency.ToString(), admin.ToString());
            }, stop);
        if (@event.Type == EventTypes.AgreementExpires && @event.Body.Deserialize(ContractsJson.Default.AgreementExpires) is { } expires)
            return Take(@event, services, async transaction =>
            {
                foreach (var admin in expires.Admins) await DeliveryStore.Add(transaction, expires.Tenant, AgreementNotice.Name, expires.Vendor.ToString(), admin.ToString());
            }, stop);
        return Task.CompletedTask;
    }

    static Task<Done> Take(OutboxWire @event, IServiceProvider services, Func<Transaction, Task> add, CancellationToken stop) =>
        services.GetRequiredService<DeliveryStore>().Commit(Caller.System(Consumer, @event.Tenant), async transaction =>
        {
            if (await transaction.FirstTime(@event.Id, Consumer)) await add(transaction);
            return Done.Yes;
        }, stop);
}

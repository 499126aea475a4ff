using FirstRing.Contracts;
using FirstRing.Contracts.Notifications;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Notifications.ReplayDelivery;

namespace FirstRing.Notifications.Deliveries;

/// <summary>An admin has seen to what was in the way and has a message tried anew.</summary>
internal static class ReplayDelivery
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Delivery>>("replay-delivery", Access.By("web").For(Who.Admin), Handle);

    static async Task<Answer<Delivery>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (Admins.Within(caller, request.Tenant) is not { } admin) return Refusals.NotAllowed;
        return await services.GetRequiredService<DeliveryStore>().Commit<Answer<Delivery>>(admin, async transaction =>
        {
            if (await DeliveryStore.Hold(transaction, request.Tenant, request.Id) is not { } delivery) return Refusals.NoSuchDelivery;
            if (delivery.State == DeliveryState.Ready) return delivery;
            if (delivery.State != DeliveryState.Dead) return Refusals.Settled;
            await DeliveryStore.Replay(transaction, request.Id);
            transaction.Audit("replay-delivery", request.Id.ToString());
            return (await DeliveryStore.Hold(transaction, request.Tenant, request.Id))!;
        }, stop);
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Notifications;
using FirstRing.Notifications.Mail;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Notifications.ListDeliveries;

namespace FirstRing.Notifications.Deliveries;

/// <summary>What became of the clinic's messages.</summary>
internal static class ListDeliveries
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<DeliveryList>>("list-deliveries", Access.By("web").For(Who.Admin), Handle);

    static async Task<Answer<DeliveryList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) => Admins.Within(caller, request.Tenant) is null
        ? Refusals.NotAllowed
        : new DeliveryList(await services.GetRequiredService<DeliveryStore>().List(request.Tenant, stop), services.GetRequiredService<SmtpWay>().Options is not null);
}

internal static class Admins
{
    /// <summary>The caller, where it is an admin of this clinic.</summary>
    public static Caller? Within(Caller caller, TenantId tenant) => caller.Role == WireName.Of(StaffRole.Admin) && caller.Tenant == tenant.ToString() ? caller : null;
}

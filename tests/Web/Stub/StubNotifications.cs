using FirstRing.Contracts;
using FirstRing.Contracts.Notifications;

namespace FirstRing.Tests.Web.Stub;

/// <summary>Deliveries, in memory.</summary>
internal sealed class StubNotifications : INotificationsClient
{
    public bool IsSetUp { get; set; } = true;
    public List<Delivery> All { get; } = [];

    public Task<Answer<DeliveryList>> ListDeliveries(ListDeliveries request, CancellationToken stop) => Task.FromResult<Answer<DeliveryList>>(new DeliveryList([.. All], IsSetUp));

    public Task<Answer<Delivery>> ReplayDelivery(ReplayDelivery request, CancellationToken stop)
    {
        var place = All.FindIndex(delivery => delivery.Id == request.Id && delivery.State == DeliveryState.Dead);
        return Task.FromResult<Answer<Delivery>>(place < 0 ? new Refusal("no-such-delivery", "There is no such message.", 404) : All[place] = All[place] with { State = DeliveryState.Ready });
    }
}

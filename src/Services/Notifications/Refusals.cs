using FirstRing.Contracts;

namespace FirstRing.Notifications;

internal static class Refusals
{
    public static readonly Refusal NotAllowed = new("not-allowed", "Only an admin of the clinic may do this.", 403);
    public static readonly Refusal NoSuchDelivery = new("no-such-delivery", "There is no such message.", 404);
    public static readonly Refusal Settled = new("delivery-settled", "This message was sent, or is of no more use.", 409);
}

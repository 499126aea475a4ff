using FirstRing.Contracts.Notifications;
using FirstRing.Platform.Egress;

namespace FirstRing.Notifications.Deliveries;

/// <summary>What came of an attempt. <paramref name="Code"/> is stable and holds nothing of the message; <paramref name="Next"/> is ready where it is tried again.</summary>
internal sealed record Outcome(string Code, DeliveryState Next)
{
    public static readonly Outcome
        Sent = new("sent", DeliveryState.Sent),
        NoAddress = new("no-address", DeliveryState.Dropped),
        VisitOver = new("visit-over", DeliveryState.Dropped),
        NotConfigured = new("mail-not-configured", DeliveryState.Dead),
        AddressWrong = new("address-wrong", DeliveryState.Dead),
        Away = new("mail-server-away", DeliveryState.Ready),
        NotTrusted = new("mail-server-not-trusted", DeliveryState.Ready),
        NoTls = new("mail-server-without-tls", DeliveryState.Ready),
        SignInRefused = new("mail-sign-in-refused", DeliveryState.Dead),
        NeighbourAway = new("neighbour-away", DeliveryState.Ready);

    /// <summary>RFC 5321 §4.2.1: 4yz may succeed later, 5yz will not.</summary>
    public static Outcome Of(int reply) => new($"smtp-{reply}", reply is >= 400 and < 500 ? DeliveryState.Ready : DeliveryState.Dead);

    /// <summary>The registry of agreements does not let it out: a person must enter one first.</summary>
    public static Outcome Of(EgressRefusal refusal) => new(refusal.Code, DeliveryState.Dead);
}

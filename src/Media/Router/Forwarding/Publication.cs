using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Streams;
using FirstRing.Media.Router.Recording;

namespace FirstRing.Media.Router.Forwarding;

/// <summary>A subscriber of a publication: the peer and the slot it sees it in.</summary>
internal readonly record struct Subscription(Peer Subscriber, SendStream Slot);

/// <summary>One stream of one publisher and who gets it.</summary>
internal sealed class Publication(Track source)
{
    // The five others of a call of six.
    readonly Subscription[] _subscriptions = new Subscription[5];
    int _count;

    internal Track Source => source;

    /// <summary>Where it is recorded; null where it is not.</summary>
    internal TrackTap? Tap { get; set; }

    internal void Clear()
    {
        Array.Clear(_subscriptions);
        _count = 0;
    }

    internal void Add(Peer subscriber, SendStream slot) => _subscriptions[_count++] = new Subscription(subscriber, slot);

    /// <summary>The packet path: one header and one encryption per subscriber, nothing else.</summary>
    internal int Forward(in MediaPacket packet, long now, SendBatch outgoing)
    {
        for (var i = 0; i < _count; i++) _subscriptions[i].Subscriber.Send(_subscriptions[i].Slot, packet, now, outgoing);
        return _count;
    }
}

using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Media.Router.Forwarding;

/// <summary>
/// What a publisher may send so that each of its subscribers can take it: of a subscriber's path, what sound and the sizes that were chosen for it leave is
/// shared evenly among the pictures that come in one size only; the narrowest share decides. A camera that comes in several sizes is not held back.
/// </summary>
internal static class BandwidthShares
{
    /// <summary>A publisher's share of a subscriber's path in bit/s, 0 when the path does not bind or nothing of it is sent there.</summary>
    internal static long Of(Peer publisher, Peer subscriber, long now)
    {
        var estimate = subscriber.Downlink.Estimate;
        if (!estimate.IsFounded(now) || estimate.Reason == TargetReason.Ceiling) return 0;
        var limit = estimate.Target;
        var (pictures, own) = (0, 0);
        foreach (var slot in subscriber.Downlink.Streams)
        {
            if (slot.Source is not { } source || !source.IsActive(now)) continue;
            if (slot.Kind == MediaKind.Audio)
            {
                limit -= subscriber.Downlink.SoundRate;
                continue;
            }
            if (slot.IsPaused) continue;
            if (source.IsLayered(now))
            {
                limit -= slot.Rate;
                continue;
            }
            pictures++;
            if (ReferenceEquals(source, publisher.Uplink.Video) || ReferenceEquals(source, publisher.Uplink.Screen)) own++;
        }
        return own == 0 ? 0 : long.Max(PublisherLimit.Floor, limit * own / pictures);
    }
}

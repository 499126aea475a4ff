using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Media.Router.Forwarding;

/// <summary>
/// What a publisher may send so that each of its subscribers can take it: a subscriber's path is shared evenly among the pictures it sees, sound
/// first; the narrowest share decides.
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
            pictures++;
            if (ReferenceEquals(source, publisher.Uplink.Video) || ReferenceEquals(source, publisher.Uplink.Screen)) own++;
        }
        return own == 0 ? 0 : long.Max(PublisherLimit.Floor, limit * own / pictures);
    }
}

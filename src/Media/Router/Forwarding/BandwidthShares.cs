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
    const long Sound = 50_000; // bit/s of one Opus stream with its headers

    /// <summary>A publisher's share of a subscriber's path in bit/s, 0 when the path does not bind.</summary>
    internal static long Of(Peer publisher, Peer subscriber, long now)
    {
        var limit = subscriber.Downlink.Estimate.Limit(now);
        if (limit == 0) return 0;
        var (pictures, own) = (0, 0);
        foreach (var slot in subscriber.Downlink.Streams)
        {
            if (slot.Source is not { } source || !source.IsActive(now)) continue;
            if (slot.Kind == MediaKind.Audio)
            {
                limit -= Sound;
                continue;
            }
            pictures++;
            if (ReferenceEquals(source, publisher.Uplink.Video) || ReferenceEquals(source, publisher.Uplink.Screen)) own++;
        }
        return own == 0 ? 0 : long.Max(DownlinkEstimate.Floor, limit * own / pictures);
    }
}

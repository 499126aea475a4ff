using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Streams;
using FirstRing.Media.Router.Forwarding;

namespace FirstRing.Media.Router.Rooms;

/// <summary>One PeerConnection of a participant, by generation, and what it publishes.</summary>
internal sealed class Connection(in IceIdentity identity, Participant participant, Peer peer)
{
    readonly Publication _audio = new(peer.Uplink.Audio), _video = new(peer.Uplink.Video), _screen = new(peer.Uplink.Screen);

    internal IceIdentity Identity { get; } = identity;
    internal Participant Participant => participant;
    internal Peer Peer => peer;

    /// <summary>The state that was last acted upon.</summary>
    internal PeerState Noted { get; set; }

    /// <summary>Place in the worker's list, for removal without a search.</summary>
    internal int Index { get; set; }

    internal Publication this[MediaKind kind] => kind switch { MediaKind.Audio => _audio, MediaKind.Video => _video, _ => _screen };

    /// <summary>It is connected (or was a moment ago) and admitted.</summary>
    internal bool IsLive => peer.IsForwarding;

    internal int Forward(in MediaPacket packet, long now, SendBatch outgoing) => this[packet.Source.Kind].Forward(packet, now, outgoing);

    internal void ClearSubscriptions()
    {
        _audio.Clear();
        _video.Clear();
        _screen.Clear();
    }
}

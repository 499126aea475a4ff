using FirstRing.Contracts.Media;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Router.Rooms;

namespace FirstRing.Media.Router.Workers;

/// <summary>A call's counters as the contract wants them.</summary>
internal static class Snapshot
{
    internal static IReadOnlyList<PeerStatistics> Of(Room room)
    {
        var peers = new List<PeerStatistics>();
        foreach (var participant in room.Participants)
        {
            if (participant.Current is { } current) peers.Add(Of(participant, current));
            if (participant.Next is { } next) peers.Add(Of(participant, next));
        }
        return peers;
    }

    static PeerStatistics Of(Participant participant, Connection connection)
    {
        var (peer, counters, estimate) = (connection.Peer, connection.Peer.Counters, connection.Peer.Downlink.Estimate);
        return new PeerStatistics(
            participant.Id, participant.Seat, connection.Identity.Generation, NameOf(peer.State), peer.IsAdmitted,
            counters.PacketsIn, counters.BytesIn, counters.PacketsOut, counters.BytesOut, counters.Forwarded,
            peer.Uplink.Audio.Lost + peer.Uplink.Video.Lost + peer.Uplink.Screen.Lost,
            counters.NacksIn, counters.NacksOut, counters.Retransmitted, counters.PlisIn, counters.PlisOut,
            counters.AuthenticationFailures, counters.UnknownSsrc + counters.Malformed + counters.Early,
            counters.RoundTrip < 0 ? null : counters.RoundTrip / 1000.0,
            estimate.IsHeard ? estimate.Target : null, estimate.IsHeard ? NameOf(estimate.Reason) : null, counters.RepeatedIn, counters.RepeatedOut);
    }

    static string NameOf(TargetReason reason) => reason switch
    {
        TargetReason.Start => "start",
        TargetReason.Growing => "growing",
        TargetReason.Delay => "delay",
        TargetReason.Queue => "queue",
        TargetReason.Loss => "loss",
        TargetReason.Silence => "silence",
        TargetReason.Application => "application",
        TargetReason.Ceiling => "ceiling",
        _ => "floor",
    };

    internal static string NameOf(PeerState state) => state switch
    {
        PeerState.New => "new",
        PeerState.IceValidated => "ice",
        PeerState.DtlsDone => "dtls",
        PeerState.Connected => "connected",
        PeerState.Disconnected => "disconnected",
        PeerState.Failed => "failed",
        _ => "closed",
    };
}

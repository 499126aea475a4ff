using Refit;

namespace FirstRing.Contracts.Media;

/// <summary>One media node. It sees opaque ids only: no visit, no person. Every verb carries the placementEpoch and a stale one is refused
/// with <c>placement-stale</c>.</summary>
public interface IMediaClient
{
    /// <summary>The node's SDP offer for one participant; stores nothing.</summary>
    [Post("/contract/media/offer")] Task<Answer<MediaOffer>> Offer([Body] MakeOffer request, CancellationToken stop);

    /// <summary>The page's SDP answer. Refused: <c>sdp-not-valid</c>, <c>generation-stale</c>.</summary>
    [Post("/contract/media/answer")] Task<Answer<Done>> Answer([Body] TakeAnswer request, CancellationToken stop);

    /// <summary>From now on media flows to and from this participant. Admitting twice is no error. Refused: <c>seat-taken</c>.</summary>
    [Post("/contract/media/admit")] Task<Answer<Done>> Admit([Body] AdmitParticipant request, CancellationToken stop);

    [Post("/contract/media/remove")] Task<Answer<Done>> Remove([Body] RemoveParticipant request, CancellationToken stop);

    [Post("/contract/media/close-call")] Task<Answer<Done>> CloseCall([Body] CloseCall request, CancellationToken stop);

    /// <summary>The call is recorded from now on, rests, or is recorded no more. The same order twice is no error, and one of an earlier turn of the same recording is refused with
    /// <c>recording-stale</c>. Refused besides: <c>cannot-record</c>, <c>recording-not-valid</c>.</summary>
    [Post("/contract/media/record")] Task<Answer<Done>> Record([Body] RecordCall request, CancellationToken stop);

    /// <summary>The node's own counters of a call. Refused: <c>no-such-call</c>.</summary>
    [Post("/contract/media/call-statistics")] Task<Answer<CallStatistics>> CallStatistics([Body] GetCallStatistics request, CancellationToken stop);

    /// <summary>On which terms the public door hands streams to this node. Of this start of it, so without a placementEpoch.</summary>
    [Post("/contract/media/door-terms")] Task<Answer<DoorTerms>> DoorTerms([Body] GetDoorTerms request, CancellationToken stop);
}

public sealed record MakeOffer(CallId Call, ParticipantId Participant, int Generation, int PlacementEpoch);
public sealed record MediaOffer(string Sdp, IReadOnlyList<IceServer>? IceServers = null);

/// <summary>A relay of the node for the participant whom the offer is for, in the words of the page's <c>RTCIceServer</c>. An allocation begins within <paramref name="Lifetime"/> seconds.</summary>
public sealed record IceServer(IReadOnlyList<string> Urls, string Username, string Credential, int Lifetime);
public sealed record TakeAnswer(CallId Call, ParticipantId Participant, int Generation, int PlacementEpoch, string Sdp);

/// <summary><paramref name="Seat"/> is 0–5 and unique in the call.</summary>
public sealed record AdmitParticipant(CallId Call, ParticipantId Participant, int Seat, int PlacementEpoch);
public sealed record RemoveParticipant(CallId Call, ParticipantId Participant, int PlacementEpoch);
public sealed record CloseCall(CallId Call, int PlacementEpoch);
public sealed record GetDoorTerms;

/// <summary><paramref name="Mark"/> stands in every credential of this start of the node; <paramref name="Key"/>, in base64, proves to it that a door speaks (32 bytes, for doors alone);
/// <paramref name="Workers"/> are in the order that credentials number them in.</summary>
public sealed record DoorTerms(long Mark, string Key, IReadOnlyList<WorkerEnds> Workers);

/// <summary>Where a worker takes streams: TCP ends as <c>address:port</c>.</summary>
public sealed record WorkerEnds(IReadOnlyList<string> Tcp);

/// <summary><paramref name="Turn"/> grows with each change of the recording. <paramref name="State"/> is one of <see cref="RecordingStates"/>. <paramref name="Key"/>: 32 bytes in Base64, for this recording
/// alone, where it is to run; the node keeps it in memory, and seals with it before anything is written.</summary>
public sealed record RecordCall(CallId Call, int PlacementEpoch, RecordingId Recording, int Turn, string State, string Key);

/// <summary>How a recording stands. A media node is told of the last three.</summary>
public static class RecordingStates
{
    /// <summary>Somebody has not answered yet.</summary>
    public static readonly string Asking = "asking";

    /// <summary>Everybody who is there has said yes.</summary>
    public static readonly string Running = "running";

    /// <summary>It ran, and somebody has come who has not answered.</summary>
    public static readonly string Resting = "resting";

    /// <summary>It is over.</summary>
    public static readonly string Stopped = "stopped";
}

public sealed record GetCallStatistics(CallId Call);
public sealed record CallStatistics(CallId Call, int PlacementEpoch, IReadOnlyList<PeerStatistics> Peers);

/// <summary>Counters since the peer began. <paramref name="PathBitsPerSecond"/>: what may be sent to it, all in all, as its reports tell; null while it has sent none.
/// <paramref name="PathBoundBy"/>: what keeps that from being more (docs/media/bandwidth.md). <paramref name="RepeatedSoundIn"/>, <paramref name="RepeatedSoundOut"/>: packets of sound that came with the
/// sound before them, and that were sent so.</summary>
public sealed record PeerStatistics(ParticipantId Participant, int Seat, int Generation, string State, bool Admitted, long PacketsIn, long BytesIn, long PacketsOut,
    long BytesOut, long PacketsForwarded, long PacketsLost, long NacksIn, long NacksOut, long Retransmitted, long PlisIn, long PlisOut, long AuthenticationFailures,
    long Dropped, double? RoundTripMs, long? PathBitsPerSecond = null, string? PathBoundBy = null, long? RepeatedSoundIn = null, long? RepeatedSoundOut = null);

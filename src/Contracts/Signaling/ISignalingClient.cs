using Refit;

namespace FirstRing.Contracts.Signaling;

/// <summary>The Call: presence and placement.</summary>
public interface ISignalingClient
{
    /// <summary>Every media node says each second that it lives; a node silent for three is dead. The answer names the calls that it must drop.</summary>
    [Post("/contract/signaling/media-node-beat")] Task<Answer<BeatAnswer>> MediaNodeBeat([Body] MediaNodeBeat request, CancellationToken stop);

    /// <summary>What became of participants' transports. Stale placement epochs are ignored.</summary>
    [Post("/contract/signaling/report-peers")] Task<Answer<Done>> ReportPeers([Body] ReportPeers request, CancellationToken stop);

    /// <summary>Who is in the lobby, waiting and in the call, for at most 200 calls.</summary>
    [Post("/contract/signaling/get-presence")] Task<Answer<PresenceList>> GetPresence([Body] GetPresence request, CancellationToken stop);

    /// <summary>Whether a participant was let in, which is what opens to them what the others wrote and showed.</summary>
    [Post("/contract/signaling/get-admission")] Task<Answer<Admission>> GetAdmission([Body] GetAdmission request, CancellationToken stop);
}

/// <summary><paramref name="Incarnation"/> is new at each start of the node, <paramref name="Load"/> is 0–1 of its plateau,
/// <paramref name="Calls"/> the calls it holds with their placementEpoch, <paramref name="Draining"/> says that it is about to stop: its calls are moved to other nodes, and it gets no new ones.</summary>
public sealed record MediaNodeBeat(string Node, Guid Incarnation, string Region, string Address, double Load, int Capacity, IReadOnlyList<PlacedCall> Calls, bool Draining = false);
public sealed record PlacedCall(CallId Call, int PlacementEpoch);

/// <summary><paramref name="Elsewhere"/>: to a node that is draining, whether there is another that its calls can go to; without one waiting is no use.</summary>
public sealed record BeatAnswer(IReadOnlyList<PlacedCall> Drop, bool Elsewhere = false);
public sealed record ReportPeers(string Node, Guid Incarnation, IReadOnlyList<PeerReport> Peers);

/// <summary><paramref name="State"/> is <c>connected</c>, <c>disconnected</c>, <c>failed</c> or <c>closed</c>.</summary>
public sealed record PeerReport(CallId Call, ParticipantId Participant, int Generation, int PlacementEpoch, string State);
public sealed record GetPresence(TenantId Tenant, IReadOnlyList<CallId> Calls);
public sealed record PresenceList(IReadOnlyList<CallPresence> Calls);

/// <summary><paramref name="WaitingSince"/> in UTC microseconds of whoever waits longest.</summary>
public sealed record CallPresence(CallId Call, int InLobby, int Waiting, int InCall, long? WaitingSince);

public sealed record GetAdmission(TenantId Tenant, CallId Call, ParticipantId Participant);

/// <summary><paramref name="Inside"/>: in the call, or was in it and left by themselves. False before, after a removal, and for whom the call does not know.</summary>
public sealed record Admission(bool Inside);

/// <summary>Patient, or who acts for them, and clinician were both admitted for the first time. <paramref name="At"/> in UTC microseconds.</summary>
public sealed record CallStarted(CallId Call, VisitId Visit, long At);
/// <summary>The call is over for all. <paramref name="Reason"/> is one of <see cref="CallEndReasons"/> or a later word.</summary>
public sealed record CallEnded(CallId Call, VisitId Visit, long At, string Reason);

/// <summary>Why a call ended.</summary>
public static class CallEndReasons
{
    /// <summary>A clinician ended it for all; this ends the visit too.</summary>
    public static readonly string ByClinician = "ended-by-clinician";

    /// <summary>Its visit was ended or marked a no-show.</summary>
    public static readonly string VisitEnded = "visit-ended";
}

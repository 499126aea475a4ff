namespace FirstRing.Signaling.Log;

/// <summary>
/// A call as stored. <paramref name="PlacementEpoch"/> grows by one each time the call is put on a node. <paramref name="LeftNode"/>: the node that it is leaving,
/// which still carries media under <paramref name="LeftEpoch"/>; empty most of the time.
/// </summary>
internal sealed record CallRow(string Call, string Tenant, string Visit, string Incarnation, long LastSequence, string State, long StartedAt, string Node,
    string NodeIncarnation, long PlacementEpoch, long MediaClosed, string LeftNode, string LeftIncarnation, long LeftEpoch)
{
    public const string Columns =
        """
        call AS Call, tenant AS Tenant, visit AS Visit, incarnation AS Incarnation, last_sequence AS LastSequence, state AS State, started_at AS StartedAt,
        node AS Node, node_incarnation AS NodeIncarnation, placement_epoch AS PlacementEpoch, media_closed AS MediaClosed,
        left_node AS LeftNode, left_incarnation AS LeftIncarnation, left_epoch AS LeftEpoch
        """;
    public bool IsOpen => State == "open";
}

/// <summary>
/// A participant as stored. <paramref name="MediaEpoch"/> is the placementEpoch under which the node took the admission, 0 when it holds none, −1 once it
/// has also taken the departure. <paramref name="Login"/> is the login or link by which they came in last. <paramref name="Announced"/> is 1 once the others were told of the admission.
/// </summary>
internal sealed record ParticipantRow(string Participant, string Role, string State, long Seat, long AdmittedAtSequence, long Announced, long WantsOffer,
    long Generation, long MediaEpoch, string PeerState, long Audio, long Video, long Screen, long WaitingSince, long LastSeen, string LeftReason, string Login)
{
    public const string Columns =
        """
        participant AS Participant, role AS Role, state AS State, seat AS Seat, admitted_at_sequence AS AdmittedAtSequence, announced AS Announced,
        wants_offer AS WantsOffer, generation AS Generation, media_epoch AS MediaEpoch, peer_state AS PeerState, audio AS Audio, video AS Video,
        screen AS Screen, waiting_since AS WaitingSince, last_seen AS LastSeen, left_reason AS LeftReason, login AS Login
        """;
    public bool IsClinician => Role == "clinician";
    public bool IsAdmitted => State == ParticipantStates.Admitted;
    public bool IsGone => State is ParticipantStates.Left or ParticipantStates.Denied or ParticipantStates.Removed;
    /// <summary>The node may hold an admission or a transport that it must not.</summary>
    public bool WantsRemoval => !IsAdmitted && (MediaEpoch > 0 || (IsGone && MediaEpoch == 0));
    public bool WantsAdmission(long placementEpoch) => IsAdmitted && (MediaEpoch != placementEpoch || Announced == 0);
}

internal static class ParticipantStates
{
    public const string Lobby = "lobby", Waiting = "waiting", Admitted = "admitted", Left = "left", Denied = "denied", Removed = "removed";
}

/// <summary>Why someone left, as kept in the row: it decides where they come back to.</summary>
internal static class LeftReasons
{
    public const string LostInCall = "lost-in-call", LostWaiting = "lost-waiting", LoginEnded = "login-ended";
}

/// <summary>Who may see an event: one participant by id, or one of these.</summary>
internal static class Audience
{
    public const string Admitted = "admitted", Staff = "staff", Everyone = "everyone";
}

internal sealed record EventRow(long Sequence, string Type, long At, string Body);

namespace FirstRing.Media.Rtc.Ice;

/// <summary>Whose PeerConnection it is: what the user name fragment carries. Opaque to the protocols.</summary>
/// <param name="Call">The call.</param>
/// <param name="Participant">The participant in it.</param>
/// <param name="Generation">Counts the participant's offers; a higher one replaces a lower one.</param>
public readonly record struct IceIdentity(Guid Call, Guid Participant, int Generation);

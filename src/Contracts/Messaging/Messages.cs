namespace FirstRing.Contracts.Messaging;

/// <summary>A message was stored in a visit's thread. The text stays in messaging.</summary>
public sealed record MessagePosted(VisitId Visit, CallId Call, MessageId Message, ParticipantId Author);

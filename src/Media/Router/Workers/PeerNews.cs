using FirstRing.Contracts;

namespace FirstRing.Media.Router.Workers;

/// <summary>A connection has become <c>connected</c>, <c>disconnected</c>, <c>failed</c> or <c>closed</c>.</summary>
internal readonly record struct PeerNews(CallId Call, ParticipantId Participant, int Generation, string State);

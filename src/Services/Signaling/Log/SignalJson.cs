using System.Text.Json;
using System.Text.Json.Serialization;
using FirstRing.Contracts.Media;

namespace FirstRing.Signaling.Log;

// Bodies of events and sends: docs/signaling.md.
internal sealed record WelcomeBody(string Participant, string Role, string State);
internal sealed record OfferBody(long Generation, long PlacementEpoch, string Sdp, IReadOnlyList<IceServer>? IceServers);
internal sealed record Person(string Participant, string Role, long Seat, bool Audio, bool Video, bool Screen);
internal sealed record AdmittedBody(long Seat, IReadOnlyList<Person> People);
internal sealed record ReasonBody(string Reason);
internal sealed record WaitingBody(string Participant, string Role);
internal sealed record ParticipantBody(string Participant);
internal sealed record JoinedBody(string Participant, string Role, long Seat);
internal sealed record LeftBody(string Participant, string Reason);
internal sealed record MediaBody(string Participant, bool Audio, bool Video, bool Screen);
internal sealed record ChatBody(string Message);
internal sealed record RecordingBody(string Recording, string State, IReadOnlyList<string> Asked, string Reason);

internal sealed record SendFrame(string? Id, string? T, JsonElement P);
internal sealed record Hello(string? Pass, string? Cursor);
internal sealed record HelloFrame(Hello? Hello);
internal sealed record AnswerSend(long Generation, string Sdp);
internal sealed record MediaSend(bool Audio, bool Video, bool Screen);
internal sealed record TargetSend(string Participant);
internal sealed record RecordingSend(string Recording);
internal sealed record RecordingAnswerSend(string Recording, bool Yes);
internal sealed record AckFrame(string Ack);
internal sealed record RefusedBody(string Id, string Code, string Title);
internal sealed record RefusedFrame(RefusedBody Refused);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = false, MaxDepth = 8)]
[JsonSerializable(typeof(WelcomeBody)), JsonSerializable(typeof(OfferBody)), JsonSerializable(typeof(AdmittedBody)), JsonSerializable(typeof(ReasonBody))]
[JsonSerializable(typeof(WaitingBody)), JsonSerializable(typeof(ParticipantBody)), JsonSerializable(typeof(JoinedBody)), JsonSerializable(typeof(LeftBody))]
[JsonSerializable(typeof(MediaBody)), JsonSerializable(typeof(ChatBody)), JsonSerializable(typeof(SendFrame)), JsonSerializable(typeof(HelloFrame))]
[JsonSerializable(typeof(AnswerSend)), JsonSerializable(typeof(MediaSend)), JsonSerializable(typeof(TargetSend)), JsonSerializable(typeof(AckFrame))]
[JsonSerializable(typeof(RefusedFrame)), JsonSerializable(typeof(RecordingBody)), JsonSerializable(typeof(RecordingSend)), JsonSerializable(typeof(RecordingAnswerSend))]
internal sealed partial class SignalJson : JsonSerializerContext;

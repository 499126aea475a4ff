using System.Text.Json.Serialization;

namespace FirstRing.Messaging.Threads;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PostMessage.Request)), JsonSerializable(typeof(PostMessage.Posted)), JsonSerializable(typeof(ReadThread.Page))]
internal sealed partial class MessagingJson : JsonSerializerContext;

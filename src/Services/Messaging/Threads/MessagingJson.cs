using System.Text.Json.Serialization;
using FirstRing.Messaging.Files;

namespace FirstRing.Messaging.Threads;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PostMessage.Request)), JsonSerializable(typeof(PostMessage.Posted)), JsonSerializable(typeof(ReadThread.Page))]
[JsonSerializable(typeof(PostFile.Posted), TypeInfoPropertyName = "PostedFile")]
internal sealed partial class MessagingJson : JsonSerializerContext;

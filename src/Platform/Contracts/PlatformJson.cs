using System.Text.Json.Serialization;
using FirstRing.Platform.Modules;

namespace FirstRing.Platform.Contracts;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OutboxWire))]
public sealed partial class PlatformJson : JsonSerializerContext;

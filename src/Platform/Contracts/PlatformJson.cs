using System.Text.Json.Serialization;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Modules;

namespace FirstRing.Platform.Contracts;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OutboxWire)), JsonSerializable(typeof(AuditBatch)), JsonSerializable(typeof(AuditTaken))]
public sealed partial class PlatformJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;

namespace FirstRing.Audit.Log;

/// <summary>
/// An entry as it lies in the log. Actor and patient are keyed tags of their opaque ids, the body is sealed with the tenant's key: when that key is gone nobody can
/// read it, and every proof still holds. Times in UTC microseconds: <paramref name="At"/> by the service, <paramref name="Taken"/> by the log.
/// <paramref name="Skew"/>: by how much the service's clock was out, where that is more than two seconds.
/// </summary>
internal sealed record LogEntry(long Seq, long Taken, long At, string Store, long Counter, string Tenant, string Action, string Actor, string? Patient, long? Skew, byte[] Body)
{
    /// <summary>The canonical bytes: one line of JSON, without its line feed. Leaf, segment and verifier take these very bytes.</summary>
    public byte[] Line()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("seq", Seq);
            json.WriteNumber("taken", Taken);
            json.WriteNumber("at", At);
            json.WriteString("store", Store);
            json.WriteNumber("counter", Counter);
            json.WriteString("tenant", Tenant);
            json.WriteString("action", Action);
            json.WriteString("actor", Actor);
            if (Patient is not null) json.WriteString("patient", Patient);
            if (Skew is { } skew) json.WriteNumber("skew", skew);
            json.WriteBase64String("body", Body);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}

/// <summary>What an entry says, sealed.</summary>
internal sealed record EntryBody(string Service, string Actor, string Role, string Subject, string Outcome, string? Patient, string? Purpose = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EntryBody)), JsonSerializable(typeof(Fhir.Asked))]
internal sealed partial class LogJson : JsonSerializerContext;

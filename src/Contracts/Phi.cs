using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FirstRing.Contracts;

/// <summary>A value that identifies or narrows a person. It prints as <c>***</c>, so it cannot slip into a log line or an exception text.</summary>
[JsonConverter(typeof(PhiConverterFactory))]
public readonly record struct Phi<T>(T Reveal)
{
    public override string ToString() => "***";
    public static implicit operator Phi<T>(T value) => new(value);
}

public sealed class PhiConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Phi<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) => typeToConvert switch
    {
        _ when typeToConvert == typeof(Phi<string>) => new PhiConverter<string>(JsonMetadataServices.StringConverter!),
        _ when typeToConvert == typeof(Phi<DateOnly>) => new PhiConverter<DateOnly>(JsonMetadataServices.DateOnlyConverter),
        _ => throw new NotSupportedException($"No converter for {typeToConvert.Name}."),
    };
}

// The inner converter is given, not asked of the options: a source-generated context knows no bare DateOnly.
internal sealed class PhiConverter<T>(JsonConverter<T> inner) : JsonConverter<Phi<T>>
{
    public override Phi<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        inner.Read(ref reader, typeof(T), options) is { } value ? new(value) : throw new JsonException("A value was expected.");

    public override void Write(Utf8JsonWriter writer, Phi<T> value, JsonSerializerOptions options) => inner.Write(writer, value.Reveal, options);
}

using System.Text.Json;
using System.Text.Json.Serialization;

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
        _ when typeToConvert == typeof(Phi<string>) => new PhiConverter<string>(),
        _ when typeToConvert == typeof(Phi<DateOnly>) => new PhiConverter<DateOnly>(),
        _ => throw new NotSupportedException($"No converter for {typeToConvert.Name}."),
    };
}

internal sealed class PhiConverter<T> : JsonConverter<Phi<T>>
{
    static JsonConverter<T> Inner(JsonSerializerOptions options) => (JsonConverter<T>)options.GetConverter(typeof(T));

    public override Phi<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(Inner(options).Read(ref reader, typeof(T), options)!);

    public override void Write(Utf8JsonWriter writer, Phi<T> value, JsonSerializerOptions options) =>
        Inner(options).Write(writer, value.Reveal, options);
}

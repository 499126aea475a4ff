using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FirstRing.Contracts;

/// <summary>A typed id: a UUID inside, <c>prefix_</c> + 32 hex digits outside. UUIDv7 for rows, random for anything that leaves the system.</summary>
public interface ITypedId<T> : IParsable<T> where T : struct, ITypedId<T>
{
    static abstract string Prefix { get; }
    static abstract T From(Guid value);
    Guid Value { get; }
}

[JsonConverter(typeof(TypedIdConverter<TenantId>))]
public readonly record struct TenantId(Guid Value) : ITypedId<TenantId>
{
    public static string Prefix => "ten";
    public static TenantId From(Guid value) => new(value);
    public static TenantId Parse(string s, IFormatProvider? provider) => TypedId.Parse<TenantId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TenantId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<StaffId>))]
public readonly record struct StaffId(Guid Value) : ITypedId<StaffId>
{
    public static string Prefix => "stf";
    public static StaffId From(Guid value) => new(value);
    public static StaffId Parse(string s, IFormatProvider? provider) => TypedId.Parse<StaffId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out StaffId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<PatientId>))]
public readonly record struct PatientId(Guid Value) : ITypedId<PatientId>
{
    public static string Prefix => "pat";
    public static PatientId From(Guid value) => new(value);
    public static PatientId Parse(string s, IFormatProvider? provider) => TypedId.Parse<PatientId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PatientId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<VisitId>))]
public readonly record struct VisitId(Guid Value) : ITypedId<VisitId>
{
    public static string Prefix => "vis";
    public static VisitId From(Guid value) => new(value);
    public static VisitId Parse(string s, IFormatProvider? provider) => TypedId.Parse<VisitId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out VisitId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<CallId>))]
public readonly record struct CallId(Guid Value) : ITypedId<CallId>
{
    public static string Prefix => "call";
    public static CallId From(Guid value) => new(value);
    public static CallId Parse(string s, IFormatProvider? provider) => TypedId.Parse<CallId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out CallId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<ParticipantId>))]
public readonly record struct ParticipantId(Guid Value) : ITypedId<ParticipantId>
{
    public static string Prefix => "par";
    public static ParticipantId From(Guid value) => new(value);
    public static ParticipantId Parse(string s, IFormatProvider? provider) => TypedId.Parse<ParticipantId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ParticipantId result) =>
        TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<RecordingId>))]
public readonly record struct RecordingId(Guid Value) : ITypedId<RecordingId>
{
    public static string Prefix => "rec";
    public static RecordingId From(Guid value) => new(value);
    public static RecordingId Parse(string s, IFormatProvider? provider) => TypedId.Parse<RecordingId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RecordingId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<MessageId>))]
public readonly record struct MessageId(Guid Value) : ITypedId<MessageId>
{
    public static string Prefix => "msg";
    public static MessageId From(Guid value) => new(value);
    public static MessageId Parse(string s, IFormatProvider? provider) => TypedId.Parse<MessageId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out MessageId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<LoginId>))]
public readonly record struct LoginId(Guid Value) : ITypedId<LoginId>
{
    public static string Prefix => "lgn";
    public static LoginId From(Guid value) => new(value);
    public static LoginId Parse(string s, IFormatProvider? provider) => TypedId.Parse<LoginId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out LoginId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<VendorId>))]
public readonly record struct VendorId(Guid Value) : ITypedId<VendorId>
{
    public static string Prefix => "ven";
    public static VendorId From(Guid value) => new(value);
    public static VendorId Parse(string s, IFormatProvider? provider) => TypedId.Parse<VendorId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out VendorId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<ConsentId>))]
public readonly record struct ConsentId(Guid Value) : ITypedId<ConsentId>
{
    public static string Prefix => "con";
    public static ConsentId From(Guid value) => new(value);
    public static ConsentId Parse(string s, IFormatProvider? provider) => TypedId.Parse<ConsentId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ConsentId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<DeliveryId>))]
public readonly record struct DeliveryId(Guid Value) : ITypedId<DeliveryId>
{
    public static string Prefix => "dlv";
    public static DeliveryId From(Guid value) => new(value);
    public static DeliveryId Parse(string s, IFormatProvider? provider) => TypedId.Parse<DeliveryId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DeliveryId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<EmergencyId>))]
public readonly record struct EmergencyId(Guid Value) : ITypedId<EmergencyId>
{
    public static string Prefix => "emg";
    public static EmergencyId From(Guid value) => new(value);
    public static EmergencyId Parse(string s, IFormatProvider? provider) => TypedId.Parse<EmergencyId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out EmergencyId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<AppId>))]
public readonly record struct AppId(Guid Value) : ITypedId<AppId>
{
    public static string Prefix => "app";
    public static AppId From(Guid value) => new(value);
    public static AppId Parse(string s, IFormatProvider? provider) => TypedId.Parse<AppId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out AppId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

[JsonConverter(typeof(TypedIdConverter<GrantId>))]
public readonly record struct GrantId(Guid Value) : ITypedId<GrantId>
{
    public static string Prefix => "gnt";
    public static GrantId From(Guid value) => new(value);
    public static GrantId Parse(string s, IFormatProvider? provider) => TypedId.Parse<GrantId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out GrantId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

/// <summary>Somebody who may act for a patient: a person whom records knows and a grant that identity keeps.</summary>
[JsonConverter(typeof(TypedIdConverter<ProxyId>))]
public readonly record struct ProxyId(Guid Value) : ITypedId<ProxyId>
{
    public static string Prefix => "prx";
    public static ProxyId From(Guid value) => new(value);
    public static ProxyId Parse(string s, IFormatProvider? provider) => TypedId.Parse<ProxyId>(s);
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ProxyId result) => TypedId.TryParse(s, out result);
    public override string ToString() => TypedId.Text(this);
}

/// <summary>Text form of typed ids.</summary>
public static class TypedId
{
    public static string Text<T>(T id) where T : struct, ITypedId<T> => $"{T.Prefix}_{id.Value:N}";

    /// <exception cref="FormatException">The text is not an id of this type.</exception>
    public static T Parse<T>(string s) where T : struct, ITypedId<T> =>
        TryParse<T>(s, out var id) ? id : throw new FormatException($"Not a {T.Prefix}_ id.");

    public static bool TryParse<T>(string? s, out T id) where T : struct, ITypedId<T>
    {
        id = default;
        if (s is null || s.Length != T.Prefix.Length + 33 || !s.StartsWith(T.Prefix, StringComparison.Ordinal) || s[T.Prefix.Length] != '_')
            return false;
        if (!Guid.TryParseExact(s.AsSpan(T.Prefix.Length + 1), "N", out var value)) return false;
        id = T.From(value);
        return true;
    }
}

public sealed class TypedIdConverter<T> : JsonConverter<T> where T : struct, ITypedId<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TypedId.TryParse<T>(reader.GetString(), out var id) ? id : throw new JsonException($"Not a {T.Prefix}_ id.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(TypedId.Text(value));
}

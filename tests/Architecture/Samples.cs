using System.Text.Json;

namespace FirstRing.Tests.Architecture;

/// <summary>A value of any contract type with every part filled, the same each time.</summary>
internal static class Samples
{
    static readonly Guid Id = new("01234567-89ab-cdef-0123-456789abcdef");

    public static object Of(Type type, string name = "text")
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return Of(inner, name);
        if (type == typeof(string)) return name;
        if (type == typeof(Guid)) return Id;
        if (type == typeof(long)) return 1_798_000_000_000_001L;
        if (type == typeof(int)) return 3;
        if (type == typeof(double)) return 0.25;
        if (type == typeof(bool)) return true;
        if (type == typeof(DateOnly)) return new DateOnly(1984, 2, 29);
        if (type == typeof(JsonElement)) return JsonDocument.Parse("""{"part":1}""").RootElement;
        if (type.IsEnum) return Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) return ListOf(type.GetGenericArguments()[0], name);
        var make = type.GetConstructors().Where(constructor => !constructor.GetParameters().Any(parameter => parameter.ParameterType == type))
            .OrderByDescending(constructor => constructor.GetParameters().Length).First();
        return make.Invoke([.. make.GetParameters().Select(parameter => Of(parameter.ParameterType, parameter.Name!))]);
    }

    static Array ListOf(Type item, string name)
    {
        var list = Array.CreateInstance(item, 1);
        list.SetValue(Of(item, name), 0);
        return list;
    }
}

using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace FirstRing.Contracts;

/// <summary>An enum member's name on the wire and in stores: the one that JSON shows.</summary>
public static class WireName
{
    /// <exception cref="KeyNotFoundException">Not a member of the enum.</exception>
    public static string Of<T>(T value) where T : struct, Enum => Names<T>.Texts[value];

    /// <exception cref="KeyNotFoundException">No member has this name.</exception>
    public static T To<T>(string name) where T : struct, Enum => Names<T>.Values[name];

    public static bool TryTo<T>(string name, out T value) where T : struct, Enum => Names<T>.Values.TryGetValue(name, out value);

    static class Names<T> where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> Texts = Enum.GetValues<T>().ToFrozenDictionary(value => value,
            value => typeof(T).GetField(value.ToString())!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name);
        public static readonly FrozenDictionary<string, T> Values = Texts.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);
    }
}

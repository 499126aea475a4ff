using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace FirstRing.Web.Rendering;

/// <summary>Every text of every page, by key, in one language. A language that lacks a key borrows the English one.</summary>
internal sealed class Texts
{
    const string Prefix = "texts/", Fallback = "en";
    static readonly HashSet<string> RightToLeft = ["ar", "fa", "he", "ur"];
    static readonly Dictionary<string, Texts> All = Load();
    static readonly JsonSerializerOptions InScript = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) }; // still escapes <, > and &

    readonly Dictionary<string, string> _own;

    Texts(string language, Dictionary<string, string> own) => (Language, _own) = (language, own);

    public string Language { get; }
    public string Direction => RightToLeft.Contains(Language) ? "rtl" : "ltr";
    public static IEnumerable<string> Languages => All.Keys;
    public IEnumerable<string> Keys => _own.Keys;

    /// <exception cref="KeyNotFoundException">No language has the key.</exception>
    public string this[string key] => _own.GetValueOrDefault(key) ?? All[Fallback]._own[key];
    public string With(string key, params object[] values) => string.Format(CultureInfo.InvariantCulture, this[key], values);
    public bool Has(string key) => _own.ContainsKey(key);

    /// <summary>The first language of an Accept-Language header (RFC 9110 §12.5.4) that there are texts in. Browsers send them by preference.</summary>
    public static Texts For(string? acceptLanguage) =>
        (acceptLanguage ?? "").Split(',').Select(range => range.Split(';', '-')[0].Trim().ToLowerInvariant())
        .Select(All.GetValueOrDefault).FirstOrDefault(found => found is not null) ?? All[Fallback];

    /// <summary>The texts under a prefix as JSON for a script, keys without it; {name} stands for the clinician. <paramref name="but"/> leaves out what begins so.</summary>
    public string ForScript(string prefix, string name, string but = "-") => JsonSerializer.Serialize(
        All[Fallback]._own.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && !key.StartsWith(but, StringComparison.Ordinal))
            .ToDictionary(key => key[prefix.Length..], key => this[key].Replace("{name}", name)), InScript);

    static Dictionary<string, Texts> Load()
    {
        var assembly = typeof(Texts).Assembly;
        var loaded = new Dictionary<string, Texts>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var language = resource[Prefix.Length..];
            loaded[language] = new Texts(language, JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!);
        }
        return loaded;
    }
}

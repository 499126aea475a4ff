using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace FirstRing.Web.Rendering;

/// <summary>A bundled script or style, inlined into pages and allowed by its hash in their content security policy.</summary>
internal sealed record Asset(string Text, string CspHash);

internal static class Assets
{
    static readonly ConcurrentDictionary<string, Asset> Loaded = new();

    /// <exception cref="FileNotFoundException">The build did not make it.</exception>
    public static Asset Get(string name) => Loaded.GetOrAdd(name, static wanted =>
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream($"live/{wanted}") ?? throw new FileNotFoundException(wanted);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = reader.ReadToEnd().Trim();
        return new Asset(text, $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'");
    });
}

using System.Text.Json;
using System.Xml.Linq;

namespace FirstRing.Supply;

/// <summary>Reads every lock file of a tree: NuGet's <c>packages.lock.json</c> (version 2) and npm's <c>package-lock.json</c> (version 2 and 3).</summary>
public static class LockFiles
{
    static readonly HashSet<string> NotOurs = ["bin", "obj", "node_modules", ".build", ".git"];

    /// <summary>All packages of all lock files below <paramref name="root"/>, in the order of the files' names.</summary>
    public static IReadOnlyList<Package> ReadTree(string root)
    {
        var buildOnly = BuildOnly(root);
        return [.. Find(root).SelectMany(file => Path.GetFileName(file) == "package-lock.json"
            ? ReadNpm(File.ReadAllText(Path.Combine(root, file)), file)
            : ReadNuGet(File.ReadAllText(Path.Combine(root, file)), file, buildOnly))];
    }

    public static IReadOnlyList<string> Find(string root) =>
        [.. Directory.EnumerateFiles(root, "package*lock.json", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) is "packages.lock.json" or "package-lock.json")
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(NotOurs.Contains)).Order(StringComparer.Ordinal)];

    /// <exception cref="InvalidDataException">The file is of a version that this does not know.</exception>
    public static IEnumerable<Package> ReadNuGet(string json, string file, IReadOnlySet<string> buildOnly)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.GetProperty("version").GetInt32() is not (1 or 2)) throw new InvalidDataException($"{file} is of an unknown version.");
        var packages = new Dictionary<string, Package>();
        foreach (var framework in document.RootElement.GetProperty("dependencies").EnumerateObject())
        {
            var resolved = framework.Value.EnumerateObject().Where(entry => Text(entry.Value, "resolved") is not null)
                .ToDictionary(entry => entry.Name, entry => Text(entry.Value, "resolved")!, StringComparer.OrdinalIgnoreCase);
            foreach (var entry in framework.Value.EnumerateObject().Where(entry => resolved.ContainsKey(entry.Name)))
            {
                var hash = Text(entry.Value, "contentHash") is { } content ? Convert.ToHexStringLower(Convert.FromBase64String(content)) : null;
                var needs = Names(entry.Value, "dependencies").Where(resolved.ContainsKey).Select(name => $"{name.ToLowerInvariant()}@{resolved[name]}");
                var package = new Package(Ecosystem.NuGet, entry.Name, resolved[entry.Name], hash, file, IsShipped(file) && !buildOnly.Contains(entry.Name), false, null, [.. needs.Order(StringComparer.Ordinal)]);
                packages.TryAdd(package.Key, package);
            }
        }
        return packages.Values;
    }

    /// <exception cref="InvalidDataException">The file is of a version that this does not know.</exception>
    public static IEnumerable<Package> ReadNpm(string json, string file)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.GetProperty("lockfileVersion").GetInt32() is not (2 or 3)) throw new InvalidDataException($"{file} is of an unknown version.");
        var installed = document.RootElement.GetProperty("packages").EnumerateObject()
            .Where(entry => entry.Name.Contains("node_modules/", StringComparison.Ordinal) && Text(entry.Value, "version") is not null)
            .ToDictionary(entry => entry.Name, entry => entry.Value.Clone());
        return [.. installed.Select(entry => new Package(Ecosystem.Npm, NameOf(entry.Key, entry.Value), Text(entry.Value, "version")!, Sha512Of(entry.Value), file,
            IsShipped(file) && !Flag(entry.Value, "dev"), Flag(entry.Value, "optional") || Flag(entry.Value, "devOptional"), Text(entry.Value, "license"),
            [.. Names(entry.Value, "dependencies").Concat(Names(entry.Value, "optionalDependencies"))
                .Select(name => Nearest(entry.Key, name, installed)).OfType<string>().Distinct().Order(StringComparer.Ordinal)]))];
    }

    // Node looks for a package beside whoever asks for it, then one level up, and so on.
    static string? Nearest(string asker, string name, Dictionary<string, JsonElement> installed)
    {
        for (var place = asker; ; place = place[..Math.Max(0, place.LastIndexOf("/node_modules/", StringComparison.Ordinal))])
        {
            var path = place.Length == 0 ? $"node_modules/{name}" : $"{place}/node_modules/{name}";
            if (installed.TryGetValue(path, out var found)) return $"{NameOf(path, found)}@{Text(found, "version")}";
            if (place.Length == 0) return null;
        }
    }

    // An alias is installed under one name and is another package: then the entry says so.
    static string NameOf(string path, JsonElement entry) => Text(entry, "name") ?? path[(path.LastIndexOf("node_modules/", StringComparison.Ordinal) + "node_modules/".Length)..];

    static string? Sha512Of(JsonElement entry) => Text(entry, "integrity")?.Split(' ').FirstOrDefault(hash => hash.StartsWith("sha512-", StringComparison.Ordinal)) is { } hash
        ? Convert.ToHexStringLower(Convert.FromBase64String(hash["sha512-".Length..]))
        : null;

    static bool IsShipped(string file) => file.StartsWith("src/", StringComparison.Ordinal);

    /// <summary>Packages whose assets stay private to the build (analyzers).</summary>
    static HashSet<string> BuildOnly(string root) => new(
        Directory.EnumerateFiles(Path.Combine(root, "src"), "*.csproj", SearchOption.AllDirectories).Append(Path.Combine(root, "Directory.Build.props"))
            .SelectMany(file => XDocument.Load(file).Descendants("PackageReference"))
            .Where(reference => reference.Attribute("PrivateAssets")?.Value == "all").Select(reference => reference.Attribute("Include")!.Value),
        StringComparer.OrdinalIgnoreCase);

    static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    static bool Flag(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
    static IEnumerable<string> Names(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.EnumerateObject().Select(each => each.Name) : [];
}

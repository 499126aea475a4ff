using System.Text.Json;

namespace FirstRing.Supply;

/// <summary>How bad an advisory is, in its database's words.</summary>
public enum Severity { Low, Moderate, High, Critical }

/// <summary>A change along a package's versions: from <paramref name="Version"/> on it is affected, or no longer (OSV schema, <c>affected[].ranges[].events</c>).</summary>
public sealed record RangeEvent(string Kind, string Version);

/// <summary>What an advisory says of one package.</summary>
public sealed record Affected(Ecosystem Ecosystem, string Name, IReadOnlyList<IReadOnlyList<RangeEvent>> Ranges, IReadOnlyList<string> Versions);

/// <summary>An advisory in OSV's format. <paramref name="Published"/> is the day from which the time to patch counts.</summary>
public sealed record Advisory(string Id, IReadOnlyList<string> Aliases, string Summary, Severity Severity, DateOnly Published, IReadOnlyList<Affected> Affected)
{
    /// <exception cref="JsonException">The text is not an OSV record with a severity.</exception>
    public static Advisory Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (!Enum.TryParse<Severity>(root.GetProperty("database_specific").GetProperty("severity").GetString(), ignoreCase: true, out var severity))
            throw new JsonException("The advisory has no severity.");
        return new Advisory(root.GetProperty("id").GetString()!, Strings(root, "aliases"), root.GetProperty("summary").GetString()!, severity,
            DateOnly.FromDateTime((root.TryGetProperty("published", out var published) ? published : root.GetProperty("modified")).GetDateTimeOffset().UtcDateTime),
            [.. root.GetProperty("affected").EnumerateArray().Select(ReadAffected).OfType<Affected>()]);
    }

    public static IReadOnlyList<Advisory> ReadFolder(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(file => Parse(File.ReadAllText(file)))];

    /// <summary>Whether <paramref name="package"/> is affected, as the OSV schema says versions are evaluated.</summary>
    public bool Affects(Package package) => Affected.Any(affected => affected.Ecosystem == package.Ecosystem
        && string.Equals(affected.Name, package.Name, package.Ecosystem == Ecosystem.NuGet ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)
        && (affected.Versions.Any(version => Same(version, package)) || affected.Ranges.Any(range => Within(range, package))));

    static bool Same(string version, Package package) =>
        PackageVersion.Parse(version, package.Ecosystem).CompareTo(PackageVersion.Parse(package.Version, package.Ecosystem)) == 0;

    // Walks the events in version order; "introduced" at a version counts before "fixed" at the same one. "0" comes before every version there is.
    static bool Within(IReadOnlyList<RangeEvent> range, Package package)
    {
        var version = PackageVersion.Parse(package.Version, package.Ecosystem);
        var affected = false;
        foreach (var change in range.OrderBy(change => change.Version == "0" ? null : PackageVersion.Parse(change.Version, package.Ecosystem), PackageVersion.Ascending).ThenBy(change => change.Kind == "introduced" ? 0 : 1))
        {
            var from = change.Version == "0" ? 1 : version.CompareTo(PackageVersion.Parse(change.Version, package.Ecosystem));
            affected = change.Kind switch
            {
                "introduced" when from >= 0 => true,
                "fixed" or "limit" when from >= 0 => false,
                "last_affected" when from > 0 => false,
                _ => affected,
            };
        }
        return affected;
    }

    static Affected? ReadAffected(JsonElement affected)
    {
        var package = affected.GetProperty("package");
        if (!Enum.TryParse<Ecosystem>(package.GetProperty("ecosystem").GetString(), ignoreCase: true, out var ecosystem)) return null; // another registry's
        return new Affected(ecosystem, package.GetProperty("name").GetString()!,
            [.. (affected.TryGetProperty("ranges", out var ranges) ? ranges.EnumerateArray() : default)
                .Where(range => range.GetProperty("type").GetString() is "ECOSYSTEM" or "SEMVER")
                .Select(range => range.GetProperty("events").EnumerateArray().SelectMany(one => one.EnumerateObject()).Select(one => new RangeEvent(one.Name, one.Value.GetString()!)).ToList())],
            Strings(affected, "versions"));
    }

    static List<string> Strings(JsonElement element, string name) =>
        element.TryGetProperty(name, out var values) ? [.. values.EnumerateArray().Select(value => value.GetString()!)] : [];
}

namespace FirstRing.Supply;

/// <summary>The registries whose lock files we have, in OSV's words.</summary>
public enum Ecosystem { NuGet, Npm }

/// <summary>
/// One resolved package of a lock file. <paramref name="Sha512"/> is lower-case hex, null where the lock file has none; <paramref name="Needs"/> are keys
/// (<see cref="Key"/>) of other packages of the same file; <paramref name="Shipped"/> is false for what only builds or tests.
/// </summary>
public sealed record Package(Ecosystem Ecosystem, string Name, string Version, string? Sha512, string LockFile, bool Shipped, bool Optional, string? Licence, IReadOnlyList<string> Needs)
{
    /// <summary>NuGet ids differ in letters' case between lock files and are the same package; npm names are exact.</summary>
    public string Key => Ecosystem == Ecosystem.NuGet ? $"{Name.ToLowerInvariant()}@{Version}" : $"{Name}@{Version}";

    /// <summary>Package URL (purl-spec: types nuget and npm).</summary>
    public string Purl => Ecosystem == Ecosystem.NuGet
        ? $"pkg:nuget/{Uri.EscapeDataString(Name)}@{Uri.EscapeDataString(Version)}"
        : $"pkg:npm/{string.Join('/', Name.Split('/').Select(Uri.EscapeDataString))}@{Uri.EscapeDataString(Version)}";
}

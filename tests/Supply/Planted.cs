using FirstRing.Supply;

namespace FirstRing.Tests.Supply;

/// <summary>Packages, lock files and the tree's own advisories, for the tests.</summary>
internal static class Planted
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<Advisory> Advisories { get; } = Advisory.ReadFolder(Path.Combine(Root, "docs", "security", "advisories"));

    public static Policy Policy { get; } = Policy.Parse(File.ReadAllText(Path.Combine(Root, "docs", "security", "supply.json")));

    public static Package Of(Ecosystem ecosystem, string name, string version, bool shipped = true, string? licence = "MIT") =>
        new(ecosystem, name, version, null, "planted", shipped, false, licence, []);

    /// <summary>A packages.lock.json with this one package in it.</summary>
    public static string NuGetLock(string name, string version) =>
        $$"""{ "version": 2, "dependencies": { "net10.0": { "{{name}}": { "type": "Direct", "requested": "[{{version}}, )", "resolved": "{{version}}", "contentHash": "AAAA" } } } }""";

    /// <summary>A package-lock.json with this one package in it.</summary>
    public static string NpmLock(string name, string version) =>
        $$"""{ "name": "planted", "lockfileVersion": 3, "packages": { "": {}, "node_modules/{{name}}": { "version": "{{version}}", "integrity": "sha512-AAAA", "license": "MIT" } } }""";

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "FirstRing.slnx"))) return folder.FullName;
        throw new InvalidOperationException("The tests must run inside the repository.");
    }
}

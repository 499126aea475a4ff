using System.Xml.Linq;

namespace FirstRing.Tests.Architecture;

/// <summary>The tree as the guards see it.</summary>
internal static class House
{
    public static string Root { get; } = FindRoot();

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "FirstRing.slnx"))) return folder.FullName;
        throw new InvalidOperationException("The tests must run inside the repository.");
    }

    /// <summary>Hand-written files below a folder of the root, relative to it.</summary>
    public static IEnumerable<string> Files(string below, params string[] endings) =>
        !Directory.Exists(Path.Combine(Root, below)) ? [] : Directory.EnumerateFiles(Path.Combine(Root, below), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "node_modules" or ".build"))
            .Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)));

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>Project name → names of the projects it references.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> References() =>
        Files("src", ".csproj").Concat(Files("bench", ".csproj")).Concat(Files("tests", ".csproj")).ToDictionary(
            file => Path.GetFileNameWithoutExtension(file),
            file => (IReadOnlyList<string>)[.. XDocument.Parse(Text(file)).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))]);

    public static IReadOnlyList<string> Services { get; } = [.. Directory.GetDirectories(Path.Combine(Root, "src", "Services")).Select(folder => Path.GetFileName(folder))];
}

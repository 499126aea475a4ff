using System.Diagnostics;
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

    /// <summary>What git holds, and what is new and not ignored; relative to the root.</summary>
    public static IReadOnlyList<string> Tracked()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        })!;
        var files = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return git.ExitCode == 0 && files.Length > 100 ? [.. files.Where(file => File.Exists(Path.Combine(Root, file)))] : throw new InvalidOperationException("git does not say what it holds.");
    }

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>Project name → names of the projects it references.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> References() =>
        Files("src", ".csproj").Concat(Files("bench", ".csproj")).Concat(Files("simulate", ".csproj")).Concat(Files("tests", ".csproj")).ToDictionary(
            file => Path.GetFileNameWithoutExtension(file),
            file => (IReadOnlyList<string>)[.. XDocument.Parse(Text(file)).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))]);

    public static IReadOnlyList<string> Services { get; } = [.. Directory.GetDirectories(Path.Combine(Root, "src", "Services")).Select(folder => Path.GetFileName(folder))];
}

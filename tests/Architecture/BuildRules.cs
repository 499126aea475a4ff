using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace FirstRing.Tests.Architecture;

/// <summary>The rules that the build itself keeps: banned symbols, lock files, central versions. Each is shown to bite.</summary>
public sealed partial class BuildRules
{
    [Fact]
    public void Every_project_is_locked_and_in_the_solution()
    {
        var solution = House.Text("FirstRing.slnx");
        var projects = House.Files("src", ".csproj").Concat(House.Files("tests", ".csproj")).Concat(House.Files("deploy", ".csproj")).ToList();
        Assert.Empty(projects.Where(file => !File.Exists(Path.Combine(House.Root, Path.GetDirectoryName(file)!, "packages.lock.json"))));
        Assert.Empty(projects.Where(file => !solution.Contains(file, StringComparison.Ordinal)));
        Assert.Empty(projects.Where(file => XDocument.Parse(House.Text(file)).Descendants("PackageReference").Any(package => package.Attribute("Version") is not null)));
    }

    [Fact]
    public async Task A_banned_symbol_and_a_drifted_lock_file_stop_the_build()
    {
        // Below the repository, so that its own rules apply to the planted project.
        var folder = Path.Combine(House.Root, ".build", "planted", Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        try
        {
            var project = Path.Combine(folder, "Planted.csproj");
            await File.WriteAllTextAsync(project, """<Project Sdk="Microsoft.NET.Sdk" />""");
            await File.WriteAllTextAsync(Path.Combine(folder, "Planted.cs"), "namespace Planted; public static class Clock { public static System.DateTime Now => System.DateTime.UtcNow; }");
            await Dotnet(folder, "restore -v quiet", locked: false);
            var (built, said) = await Dotnet(folder, "build --no-restore -v quiet", locked: false);
            Assert.NotEqual(0, built);
            Assert.Contains("RS0030", said, StringComparison.Ordinal);

            await File.WriteAllTextAsync(project, """<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Dapper" /></ItemGroup></Project>""");
            var (restored, why) = await Dotnet(folder, "restore -v quiet", locked: true);
            Assert.NotEqual(0, restored);
            Assert.Contains("NU1004", why, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<(int Code, string Said)> Dotnet(string folder, string words, bool locked)
    {
        var start = new ProcessStartInfo("dotnet", words) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CI"] = "";
        start.Environment["FIRSTRING_LOCKED"] = locked ? "1" : "";
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }

    [Fact]
    public void Ci_restores_locked() => Assert.Contains("FIRSTRING_LOCKED=1 dotnet restore", House.Text("tests/run"), StringComparison.Ordinal);

    [Fact]
    public void Every_package_has_its_line_and_a_permissive_licence()
    {
        var lines = House.Text("docs/dependencies.md").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).ToList();
        foreach (var package in XDocument.Parse(House.Text("Directory.Packages.props")).Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value))
        {
            var line = Assert.Single(lines, line => line.StartsWith($"| {package} |", StringComparison.Ordinal));
            Assert.Matches(Permissive(), line);
        }
    }

    [GeneratedRegex(@"\| (MIT|Apache-2\.0|BSD-3-Clause|PostgreSQL) \|")] private static partial Regex Permissive();

    static readonly HashSet<string> Root =
    [
        ".ci", ".editorconfig", ".git", ".gitignore", ".build", ".gitattributes", "ARCHITECTURE.md", "BannedSymbols.txt", "Directory.Build.props", "Directory.Packages.props", "FirstRing.slnx",
        "LICENSE", "README.md", "SECURITY.md", "bench", "data", "deploy", "docs", "firstring", "fuzz", "global.json", "simulate", "src", "tests",
    ];

    [Fact]
    public void The_root_holds_nothing_else() => Assert.Empty(Directory.EnumerateFileSystemEntries(House.Root).Select(path => Path.GetFileName(path)!).Except(Root));
}

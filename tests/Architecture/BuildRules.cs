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
        var projects = House.Files("src", ".csproj").Concat(House.Files("tests", ".csproj")).Concat(House.Files("deploy", ".csproj")).Concat(House.Files("simulate", ".csproj")).ToList();
        Assert.Empty(projects.Where(file => !File.Exists(Path.Combine(House.Root, Path.GetDirectoryName(file)!, "packages.lock.json"))));
        Assert.Empty(projects.Where(file => !solution.Contains(file, StringComparison.Ordinal)));
        Assert.Empty(projects.Where(file => XDocument.Parse(House.Text(file)).Descendants("PackageReference").Any(package => package.Attribute("Version") is not null)));
    }

    [Fact]
    public async Task A_banned_symbol_and_a_drifted_lock_file_stop_the_build()
    {
        // Below the repository, so that its own rules apply to the planted project; those of what ships are asked for.
        var folder = Path.Combine(House.Root, ".build", "planted", Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        try
        {
            var project = Path.Combine(folder, "Planted.csproj");
            await File.WriteAllTextAsync(project, """
                <Project Sdk="Microsoft.NET.Sdk"><ItemGroup><FrameworkReference Include="Microsoft.AspNetCore.App" /><AdditionalFiles Include="../../../BannedSymbols.Server.txt" /></ItemGroup></Project>
                """);
            await File.WriteAllTextAsync(Path.Combine(folder, "Planted.cs"), PlantedCode);
            await Dotnet(folder, "restore -v quiet", locked: false);
            var (built, said) = await Dotnet(folder, "build --no-restore -v quiet", locked: false);
            Assert.NotEqual(0, built);
            var lines = PlantedCode.Split('\n').Select((line, number) => (line, number: number + 1)).Where(line => line.line.Contains("// banned", StringComparison.Ordinal)).ToList();
            Assert.All(lines, line => Assert.Matches($@"Planted\.cs\({line.number},\d+\): error RS0030", said));

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

    const string PlantedCode = """
        using Microsoft.Extensions.Logging;
        namespace Planted;
        public static class Breaches
        {
            public static System.DateTime Now => System.DateTime.UtcNow; // banned
            public static void Log(ILogger logger, string name, System.Exception failure)
            {
                logger.LogInformation($"{name}"); // banned
                logger.LogError(failure, "It broke"); // banned
                logger.LogWarning("Hello {Name}", name); // banned
                logger.Log(LogLevel.Debug, "Hello {Name}", name); // banned
                logger.BeginScope("For {Name}", name); // banned
                System.Diagnostics.Trace.WriteLine(name); // banned
                System.Console.WriteLine(name); // banned
            }
            public static object[] Out() =>
            [
                new System.Net.Http.HttpClient(), // banned
                new System.Net.Http.SocketsHttpHandler(), // banned
                new System.Net.Http.HttpMessageInvoker(null!), // banned
                new System.Net.Sockets.TcpClient(), // banned
                new System.Net.Sockets.Socket(default, default), // banned
                new System.Net.WebSockets.ClientWebSocket(), // banned
                new System.Net.Mail.SmtpClient(), // banned
            ];
        }
        """;

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
        ".ci", ".editorconfig", ".git", ".gitignore", ".build", ".gitattributes", "ARCHITECTURE.md", "BannedSymbols.txt", "BannedSymbols.Server.txt", "Directory.Build.props", "Directory.Packages.props", "FirstRing.slnx",
        "LICENSE", "README.md", "SECURITY.md", "bench", "data", "deploy", "docs", "firstring", "fuzz", "global.json", "simulate", "src", "tests",
    ];

    [Fact]
    public void The_root_holds_nothing_else() => Assert.Empty(Directory.EnumerateFileSystemEntries(House.Root).Select(path => Path.GetFileName(path)!).Except(Root));
}

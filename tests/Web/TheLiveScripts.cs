using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FirstRing.Tests.Web;

/// <summary>The pages' TypeScript: strictly typed, and its rules run in Node on what the build embeds.</summary>
public sealed class TheLiveScripts
{
    static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
    static string Live => Path.GetFullPath(Path.Combine(Here(), "..", "..", "src", "Web", "live"));

    [Fact]
    public async Task The_rules_of_log_people_join_and_thread_hold()
    {
        var bundle = Directory.CreateTempSubdirectory("firstring-live-").FullName;
        try
        {
            await Run("node", Live, ["build.mjs", bundle]);
            var said = await Run("node", Path.Combine(Here(), "live"), ["--test", "--test-reporter=tap", "."], bundle);
            Assert.Contains("# fail 0", said);
            Assert.DoesNotContain("# pass 0", said);
        }
        finally
        {
            Directory.Delete(bundle, recursive: true);
        }
    }

    [Fact]
    public async Task The_compiler_finds_nothing()
    {
        // The product's build leaves the compiler out; it is installed beside it, not into it.
        var copy = Directory.CreateTempSubdirectory("firstring-types-").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(Live, "*", SearchOption.AllDirectories).Where(file => !file.Contains("/node_modules/") && !file.Contains("/dist/")))
            {
                var target = Path.Combine(copy, Path.GetRelativePath(Live, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
            await Run("npm", copy, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
            await Run("npm", copy, ["run", "check"]);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    static async Task<string> Run(string command, string folder, string[] arguments, string? live = null)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        if (live is not null) start.Environment["LIVE"] = live;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        var said = await output + await error;
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)}:\n{said}");
        return said;
    }
}

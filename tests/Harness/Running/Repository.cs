using System.Diagnostics;

namespace FirstRing.Tests.Harness.Running;

/// <summary>Where the clone lies, and the server published from it.</summary>
public static class Repository
{
    public static string Root { get; } = Find();
    public static string Output { get; } = Directory.CreateDirectory(Path.Combine(Root, ".build")).FullName;

    static readonly Lazy<Task<string>> Published = new(Publish);

    /// <summary>The path of the published server, built now where a source is newer.</summary>
    public static Task<string> Server => Published.Value;

    static string Find()
    {
        if (Environment.GetEnvironmentVariable("FIRSTRING_ROOT") is { Length: > 0 } given) return given;
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "FirstRing.slnx"))) folder = folder.Parent ?? throw new InvalidOperationException("Not inside a clone.");
        return folder.FullName;
    }

    static async Task<string> Publish()
    {
        var (code, _, errors) = await Run(Path.Combine(Root, "firstring"), "build");
        return code == 0 ? Path.Combine(Output, "host", "FirstRing.Host") : throw new InvalidOperationException($"`./firstring build` failed: {errors}");
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int Code, string Out, string Errors)> Run(string program, params IEnumerable<string> words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}

using System.Diagnostics;

namespace FirstRing.Bench.Machine;

/// <summary>The clone that the bench was built in, and what it starts.</summary>
internal static class Clone
{
    public static string Root { get; } = FindRoot();

    public static string Launcher => Path.Combine(Root, "firstring");

    /// <summary>What a verb of <c>./firstring</c> prints.</summary>
    public static Task<string> FirstRing(CancellationToken stop, params string[] words) => Output(Launcher, words, stop);

    public static async Task<string> Output(string program, IEnumerable<string> words, CancellationToken stop)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"{program} {words.First()} ended with {process.ExitCode}");
    }

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "FirstRing.slnx"))) at = at.Parent ?? throw new InvalidOperationException("Not inside a clone.");
        return at.FullName;
    }
}

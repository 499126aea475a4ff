using System.Diagnostics;

namespace FirstRing.Tests.Harness;

/// <summary>Runs a system command to its end.</summary>
internal static class SystemCommand
{
    /// <exception cref="InvalidOperationException">The command said no, or is not there.</exception>
    public static string Run(string file, params IEnumerable<string> arguments)
    {
        var (status, output) = Try(file, arguments);
        return status == 0 ? output : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {status}: {output}");
    }

    public static (int Status, string Output) Try(string file, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/", // the caller's may not be readable by an unprivileged user
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}

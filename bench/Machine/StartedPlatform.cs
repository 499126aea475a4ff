using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FirstRing.Bench.Machine;

/// <summary>A demo visit and both its links.</summary>
internal sealed record VisitLinks(string Visit, Uri Patient, Uri Clinician);

/// <summary>The platform as a person starts it.</summary>
internal sealed class StartedPlatform(Process process, string data) : IDisposable
{
    public static async Task<StartedPlatform> Start(string data, CancellationToken stop, params string[] more)
    {
        var process = Process.Start(new ProcessStartInfo(Clone.Launcher, ["up", "--data", data, "--port", "0", .. more]) { RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync(stop) is { } line)
            if (line.StartsWith("ready https://", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, stop); // or it would stand still once the pipe is full
                return new StartedPlatform(process, data) { Door = new Uri(line["ready ".Length..]) };
            }
        throw new InvalidOperationException("The platform did not start.");
    }

    public required Uri Door { get; init; }

    /// <summary>A visit that starts now.</summary>
    public async Task<VisitLinks> Visit(CancellationToken stop)
    {
        var made = JsonDocument.Parse(await Clone.FirstRing(stop, "demo-visit", "--data", data)).RootElement;
        return new(made.GetProperty("visit").GetString()!, new Uri(made.GetProperty("patient").GetString()!), new Uri(made.GetProperty("clinician").GetString()!));
    }

    /// <summary>The processes of a split fleet: target and pid.</summary>
    public async Task<Dictionary<string, int>> Processes(CancellationToken stop) => (await Clone.FirstRing(stop, "ps", "--data", data)).Split('\n')
        .Select(line => line.Split(' ')).ToDictionary(words => words[0], words => int.Parse(words[1], CultureInfo.InvariantCulture));

    public static Task Signal(string name, int pid, CancellationToken stop) => Clone.Output("kill", [$"-{name}", pid.ToString(CultureInfo.InvariantCulture)], stop);

    public Task<string> Status(Uri link, CancellationToken stop) => Clone.Output("curl",
        ["--silent", "--cacert", Path.Combine(data, "trust", "door.pem"), "--output", "/dev/null", "--write-out", "%{http_code}", new Uri(Door, link.PathAndQuery).ToString()], stop);

    public void Dispose()
    {
        using (var kill = Process.Start("kill", process.Id.ToString(CultureInfo.InvariantCulture))) kill.WaitForExit();
        process.WaitForExit();
        process.Dispose();
    }
}

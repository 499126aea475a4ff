using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FirstRing.Bench.Machine;

/// <summary>Both links of a demo visit.</summary>
internal sealed record VisitLinks(Uri Patient, Uri Clinician);

/// <summary>The platform as a person starts it.</summary>
internal sealed class StartedPlatform(Process process, string data) : IDisposable
{
    public static async Task<StartedPlatform> Start(string data, CancellationToken stop)
    {
        var process = Process.Start(new ProcessStartInfo(Clone.Launcher, ["up", "--data", data, "--port", "0"]) { RedirectStandardOutput = true })!;
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
        return new(new Uri(made.GetProperty("patient").GetString()!), new Uri(made.GetProperty("clinician").GetString()!));
    }

    public Task<string> Status(Uri link, CancellationToken stop) => Clone.Output("curl",
        ["--silent", "--cacert", Path.Combine(data, "trust", "door.pem"), "--output", "/dev/null", "--write-out", "%{http_code}", new Uri(Door, link.PathAndQuery).ToString()], stop);

    public void Dispose()
    {
        using (var kill = Process.Start("kill", process.Id.ToString(CultureInfo.InvariantCulture))) kill.WaitForExit();
        process.WaitForExit();
        process.Dispose();
    }
}

using System.Diagnostics;
using System.Text.RegularExpressions;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Journeys.Canary;

/// <summary>Everything that goes over the loopback interface, as tcpdump writes it down: whole packets.</summary>
internal sealed partial class Capture : IAsyncDisposable
{
    readonly Process _tcpdump;
    readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly List<string> _said = [];

    Capture(string file)
    {
        File = file;
        // As itself: it would give up its rights and then not be let into the folder.
        _tcpdump = Process.Start(new ProcessStartInfo("tcpdump", ["-i", "lo", "-w", file, "-s", "0", "-B", "65536", "-U", "-Z", Environment.UserName]) { RedirectStandardError = true })!;
        _tcpdump.ErrorDataReceived += (_, line) =>
        {
            lock (_said) _said.Add(line.Data ?? "");
            if (line.Data?.Contains("listening on", StringComparison.Ordinal) == true) _listening.TrySetResult();
        };
        _tcpdump.BeginErrorReadLine();
    }

    public string File { get; }

    public static async Task<Capture> Loopback(string file)
    {
        var capture = new Capture(file);
        await capture._listening.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return capture;
    }

    /// <summary>Ends it. Returns how many packets it has and how many went by unseen.</summary>
    public async Task<(long Captured, long Dropped)> Stop()
    {
        if (!_tcpdump.HasExited) await RunningPlatform.Signal("INT", _tcpdump.Id);
        await _tcpdump.WaitForExitAsync();
        lock (_said) return (Count(Captured()), Count(Dropped()));
    }

    long Count(Regex what) => long.Parse(_said.Select(line => what.Match(line)).First(match => match.Success).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\d+) packets? captured")] private static partial Regex Captured();
    [GeneratedRegex(@"^(\d+) packets? dropped by kernel")] private static partial Regex Dropped();

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _tcpdump.Dispose();
    }
}

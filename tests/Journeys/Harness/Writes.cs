using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Journeys.Harness;

/// <summary>Every write of a process to a file, as the kernel sees it: strace beside it.</summary>
internal sealed partial class Writes : IDisposable
{
    readonly Process _trace;
    readonly string _file;

    Writes(Process trace, string file) => (_trace, _file) = (trace, file);

    public static async Task<Writes> Of(int pid, string file)
    {
        // -xx: everything in hex; the first 24 bytes of each write are enough to tell what it is.
        var start = new ProcessStartInfo("strace", ["-f", "-qq", "-y", "-xx", "-s", "24", "-e", "trace=write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range", "-e", "signal=none",
            "-o", file, "-p", pid.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true };
        var trace = Process.Start(start)!;
        await Eventually.True("strace is attached to every thread", () => Task.FromResult(Directory.EnumerateDirectories($"/proc/{pid}/task").All(IsTraced)), () => Task.FromResult($"strace ended: {trace.HasExited}"));
        return new Writes(trace, file);
    }

    static bool IsTraced(string task)
    {
        try { return !File.ReadLines(Path.Combine(task, "status")).Contains("TracerPid:\t0"); }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException) { return true; } // a thread that has ended
    }

    [GeneratedRegex(@"(?<call>\w+)\(\d+<(?<path>(\\x[0-9a-f]{2})+)>, (""(?<bytes>(\\x[0-9a-f]{2})*)"")?")]
    private static partial Regex Line();

    /// <summary>What went into files below <paramref name="data"/> were headers of recordings and sealed chunks, each under the name of its track.</summary>
    public async Task OnlySealed(string data)
    {
        await RunningPlatform.Signal("INT", _trace.Id);
        await _trace.WaitForExitAsync();
        var (chunks, headers) = (0, 0);
        foreach (var line in await File.ReadAllLinesAsync(_file))
        {
            if (Line().Match(line) is not { Success: true } match || Encoding.UTF8.GetString(Bytes(match.Groups["path"].Value)) is var path && !path.StartsWith(data, StringComparison.Ordinal)) continue;
            var bytes = Bytes(match.Groups["bytes"].Value);
            Assert.True(path.EndsWith(".frr", StringComparison.Ordinal), $"{match.Groups["call"].Value} to {path}");
            if (bytes.AsSpan().StartsWith("FRR\u0001"u8)) headers++;
            else if (Convert.ToHexStringLower(bytes.AsSpan(0, 16)) == Path.GetFileNameWithoutExtension(path)) chunks++;
            else Assert.Fail($"{path} was written {Convert.ToHexString(bytes)}");
        }
        Assert.True(headers >= 4 && chunks >= 8, $"{headers} headers and {chunks} chunks were seen");
    }

    static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace("\\x", "", StringComparison.Ordinal));

    public void Dispose()
    {
        if (!_trace.HasExited) _trace.Kill();
        _trace.Dispose();
    }
}

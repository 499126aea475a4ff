using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FirstRing.Tests.Harness.Running;

/// <summary>A visit from <c>demo-visit</c>: its id and both its links.</summary>
public sealed record DemoVisit(string Visit, Uri Patient, Uri Clinician);

/// <summary>
/// The published server on a data folder of its own, started as a person starts it and stopped by SIGTERM. Every process it starts inherits a mark in its
/// environment, so that whatever is left behind afterwards is found.
/// </summary>
public sealed class RunningPlatform : IAsyncDisposable
{
    const string Mark = "FIRSTRING_TEST_RUN";
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120), StopLimit = TimeSpan.FromSeconds(20);

    readonly Process _process;
    readonly string _mark;
    readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly bool _ownsData;

    RunningPlatform(Process process, string mark, string data, bool ownsData, bool split, string? postgres)
    {
        (_process, _mark, Data, _ownsData, Split, Postgres) = (process, mark, data, ownsData, split, postgres);
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"It ended before it was ready:\n{Log}"));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Data { get; }
    public bool Split { get; }
    public string? Postgres { get; }
    public Uri Door { get; private set; } = null!;
    public ConcurrentQueue<string> Lines { get; } = [];
    public string Log => string.Join('\n', Lines);
    public int Pid => _process.Id;
    public int ExitCode => _process.ExitCode;

    /// <summary>Ready to serve. <paramref name="temporary"/>: where it is to put what it keeps for a moment only.</summary>
    public static async Task<RunningPlatform> Start(bool split = false, string? postgres = null, string? data = null, int port = 0, IEnumerable<string>? more = null, string? temporary = null)
    {
        var folder = data ?? Directory.CreateTempSubdirectory("firstring-journey-").FullName;
        if (data is null && postgres is not null) await PostgresCluster.Clear(postgres);
        DoorTrust.Lay(folder);
        var mark = Guid.NewGuid().ToString("N");
        var start = new ProcessStartInfo(await Repository.Server, ["up", "--data", folder, "--port", port.ToString(CultureInfo.InvariantCulture),
            .. split ? ["--split"] : Array.Empty<string>(), .. postgres is null ? [] : new[] { "--postgres", postgres }, .. more ?? []])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            Environment = { [Mark] = mark, ["DOTNET_DbgEnableMiniDump"] = "0" },
        };
        if (temporary is not null) start.Environment["TMPDIR"] = Directory.CreateDirectory(temporary).FullName;
        var platform = new RunningPlatform(Process.Start(start)!, mark, folder, data is null, split, postgres);
        try
        {
            platform.Door = await platform._ready.Task.WaitAsync(StartLimit);
            DoorTrust.Keep(folder);
            return platform;
        }
        catch (Exception failure)
        {
            await platform.DisposeAsync();
            throw new InvalidOperationException($"The platform did not start: {failure.Message}\n{platform.Log}", failure);
        }
    }

    void Take(string? line)
    {
        if (line is null) return;
        Lines.Enqueue(line);
        if (line.StartsWith("ready https://", StringComparison.Ordinal)) _ready.TrySetResult(new Uri(line["ready ".Length..]));
    }

    public async Task<DemoVisit> DemoVisit()
    {
        var (code, text, errors) = await Repository.Run(await Repository.Server, "demo-visit", "--data", Data);
        if (code != 0) throw new InvalidOperationException($"demo-visit ended with {code}: {errors}\n{Log}");
        return JsonSerializer.Deserialize<DemoVisit>(text, JsonSerializerOptions.Web)!;
    }

    /// <summary>A patient looks at the link and enters: the pass of the call.</summary>
    public async Task<string> Enter(Uri link)
    {
        using var raw = new Raw(Door);
        await raw.Ask(HttpMethod.Get, link.PathAndQuery, headers: ("Accept", "text/html"));
        return JsonDocument.Parse((await raw.Ask(HttpMethod.Post, link.AbsolutePath + "/enter", "{}")).Body).RootElement.GetProperty("pass").GetString()!;
    }

    /// <summary>What <c>ps</c> prints: target → pid.</summary>
    public async Task<Dictionary<string, int>> Ps()
    {
        var (_, text, _) = await Repository.Run(await Repository.Server, "ps", "--data", Data);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => int.Parse(words[1], CultureInfo.InvariantCulture));
    }

    /// <summary>SIGKILL to one target of a split fleet; returns once <c>ps</c> shows its successor and the fleet is ready again.</summary>
    public async Task<int> KillAndWait(string target)
    {
        var killed = await Kill(target);
        return await Eventually.Find($"a new pid of {target}", async () => (await Ps()).TryGetValue(target, out var now) && now != killed ? now : (int?)null);
    }

    public async Task<int> Kill(string target)
    {
        var pid = (await Ps())[target];
        await Signal("KILL", pid);
        return pid;
    }

    public static Task Signal(string name, int pid) => Repository.Run("/bin/kill", $"-{name}", pid.ToString(CultureInfo.InvariantCulture));

    /// <summary>SIGTERM, and what is left of the processes it started once it has ended: pids with their command lines.</summary>
    public async Task<IReadOnlyList<string>> Stop()
    {
        if (!_process.HasExited)
        {
            await Signal("TERM", _process.Id);
            using var limit = new CancellationTokenSource(StopLimit);
            try { await _process.WaitForExitAsync(limit.Token); }
            catch (OperationCanceledException) { return [$"{_process.Id} has not ended {StopLimit.TotalSeconds} s after SIGTERM", .. Left()]; }
        }
        return [.. Left()];
    }

    /// <summary>Every process that it started, itself included.</summary>
    public IReadOnlyList<int> Processes() => [.. Left().Select(line => int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture))];

    IEnumerable<string> Left()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            string? line = null;
            try
            {
                if (File.ReadAllText(Path.Combine(folder, "environ")).Contains($"{Mark}={_mark}", StringComparison.Ordinal))
                    line = $"{Path.GetFileName(folder)} {File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ')}";
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException) { }
            if (line is not null) yield return line;
        }
    }

    public async ValueTask DisposeAsync()
    {
        var left = await Stop();
        foreach (var line in left)
            if (int.TryParse(line.Split(' ')[0], out var pid)) await Signal("KILL", pid);
        _process.Dispose();
        if (_ownsData) Directory.Delete(Data, recursive: true);
        if (left.Count > 0) throw new InvalidOperationException($"Left behind after SIGTERM:\n{string.Join('\n', left)}\n{Log}");
    }
}

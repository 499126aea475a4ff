using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace FirstRing.Host;

/// <summary>
/// Runs a split fleet on one machine: one process per target, restarted when it dies (at once, then with backoff up to 5 s while it keeps dying).
/// SIGTERM or Ctrl-C stops them all; a supervisor that is killed takes them with it, for they leave when its end of their standard input closes.
/// </summary>
internal sealed class Supervisor(Options options, TimeProvider clock) : IDisposable
{
    static readonly TimeSpan Healthy = TimeSpan.FromSeconds(10), LongestDelay = TimeSpan.FromSeconds(5), Patience = TimeSpan.FromSeconds(120);

    readonly DataFolder _folder = new(options.Data, clock);
    readonly Dictionary<string, Process> _running = [];
    readonly Lock _gate = new();
    readonly IReadOnlyList<string> _targets = Targets.Fleet(options.MediaNodes);
    readonly CancellationTokenSource _stop = new();
    int _port;

    public async Task<int> Run()
    {
        var started = clock.GetTimestamp();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Leave);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Leave);
        _folder.Prepare(options.Demo, rootKeyNeeded: options.Keys is null);
        if (options.Postgres is not null)
            foreach (var row in ModuleTable.Rows.Where(row => row.Store)) await Stores.EnsureDatabase(_folder, row.Name, options.Postgres, _stop.Token);
        WriteAddresses();
        var keepers = _targets.Select(Keep).Append(Renewal.Run(_folder, clock, _stop.Token)).ToList();
        try
        {
            await WaitUntilReady(started);
            WriteRun();
            await Announcement.Ready(_folder, _port, clock.GetElapsedTime(started));
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        finally
        {
            await _stop.CancelAsync();
            await Task.WhenAll(keepers);
            File.Delete(_folder.RunFile);
        }
    }

    void Leave(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _stop.Cancel();
    }

    void WriteAddresses()
    {
        var free = new FreePorts();
        var ports = _targets.ToDictionary(target => target, _ => free.Next());
        if (options.Port != 0) ports[Targets.Gateway] = options.Port;
        _port = ports[Targets.Gateway];
        ServiceAddresses.Write(_folder, ports);
    }

    async Task Keep(string target)
    {
        var delay = TimeSpan.Zero;
        while (!_stop.IsCancellationRequested)
        {
            var from = clock.GetTimestamp();
            using var process = Start(target);
            try
            {
                await process.WaitForExitAsync(_stop.Token);
                await Terminal.Complain($"{target} ended with {process.ExitCode}; it is started again");
                delay = clock.GetElapsedTime(from) > Healthy ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, Math.Max(TimeSpan.TicksPerMillisecond * 100, delay.Ticks * 2)));
                await Task.Delay(delay, clock, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                await End(process);
                return;
            }
        }
    }

    Process Start(string target)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, UseShellExecute = false };
        foreach (var word in (ReadOnlySpan<string>)["target", "--target", target, "--data", _folder.Path, "--port", _port.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(word);
        if (options.Postgres is not null)
        {
            start.ArgumentList.Add("--postgres");
            start.ArgumentList.Add(options.Postgres);
        }
        if (options.Keys is not null)
        {
            start.ArgumentList.Add("--keys");
            start.ArgumentList.Add(options.Keys);
        }
        foreach (var address in options.MediaAddresses)
        {
            start.ArgumentList.Add("--media-address");
            start.ArgumentList.Add(address);
        }
        var process = Process.Start(start)!;
        lock (_gate) _running[target] = process;
        if (File.Exists(_folder.RunFile)) WriteRun();
        return process;
    }

    async Task End(Process process)
    {
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(8), clock);
        try { await process.WaitForExitAsync(limit.Token); }
        catch (OperationCanceledException) { process.Kill(); }
    }

    async Task WaitUntilReady(long started)
    {
        var tls = _folder.TlsOf(Targets.Gateway);
        using var door = Certificates.Door(_folder, clock).Now();
        using var probe = new FleetProbe(ServiceAddresses.Read(_folder), FleetProbe.Client(tls, door));
        foreach (var target in _targets)
            while (!await probe.Ask(target, _stop.Token))
            {
                if (clock.GetElapsedTime(started) > Patience) throw new InvalidOperationException($"{target} is not ready after {Patience.TotalSeconds:F0} s.");
                await Task.Delay(TimeSpan.FromMilliseconds(50), clock, _stop.Token);
            }
    }

    public void Dispose() => _stop.Dispose();

    void WriteRun()
    {
        lock (_gate)
            _folder.WriteRun(new RunState(_port, [.. _running.Select(pair => new RunningTarget(pair.Key, pair.Value.Id))]));
    }
}

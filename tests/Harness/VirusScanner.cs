using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Harness;

/// <summary>ClamAV's clamd on loopback and on a Unix socket, with a database that knows EICAR and nothing else.</summary>
public sealed class VirusScanner : IAsyncDisposable
{
    const string Program = "/usr/sbin/clamd";

    readonly TempFolder _folder = new();
    Process? _process;

    /// <summary>The two addresses that it can be reached at, once it is open.</summary>
    public string Tcp => $"tcp:127.0.0.1:{Port}";
    public string Unix => $"unix:{_folder.At("clamd.ctl")}";

    int Port { get; } = LocalPort.Free();

    public async Task Open()
    {
        Directory.CreateDirectory(_folder.At("db"));
        await File.WriteAllTextAsync(_folder.At("db", "known.ndb"), $"Known.Test:0:*:{Convert.ToHexStringLower(PlantedFiles.Eicar)}\n");
        await File.WriteAllLinesAsync(_folder.At("clamd.conf"), [$"DatabaseDirectory {_folder.At("db")}", $"LocalSocket {_folder.At("clamd.ctl")}", $"TCPSocket {Port}", "TCPAddr 127.0.0.1",
            $"TemporaryDirectory {_folder.Path}", $"LogFile {_folder.At("clamd.log")}", "Foreground yes", "MaxThreads 2"]);
        _process = Process.Start(new ProcessStartInfo(Program, ["--foreground", "--config-file", _folder.At("clamd.conf")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Eventually.True("the scanner answers", async () =>
        {
            if (_process.HasExited) throw new InvalidOperationException($"clamd ended with {_process.ExitCode}: {await _process.StandardError.ReadToEndAsync()}");
            return await LocalPort.Answers(Port) && File.Exists(_folder.At("clamd.ctl"));
        });
    }

    /// <summary>As by <c>kill -9</c>.</summary>
    public async Task Kill()
    {
        if (_process is not { } running) return;
        running.Kill();
        await running.WaitForExitAsync();
        running.Dispose();
        _process = null;
        File.Delete(_folder.At("clamd.ctl"));
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _folder.Dispose();
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Harness;

/// <summary>aiosmtpd on loopback as <c>localhost</c>, by STARTTLS alone, with a certificate of a CA that the test made.</summary>
public sealed class MailServer : IAsyncDisposable
{
    readonly TempFolder _folder = new();
    Process? _process;

    public int Port { get; } = LocalPort.Free();
    public string Roots => _folder.At("roots.pem");
    public string OtherRoots => _folder.At("other.pem");

    /// <summary>The folder in which what was taken lies.</summary>
    public string Mails => _folder.At("mails");

    public static async Task<MailServer> Start()
    {
        var server = new MailServer();
        Directory.CreateDirectory(server.Mails);
        LocalAuthority.Write(server._folder);
        await server.Open();
        return server;
    }

    /// <summary>Without TLS it says everything in clear.</summary>
    public async Task Open(bool tls = true)
    {
        var start = new ProcessStartInfo("/usr/bin/aiosmtpd") { Environment = { ["PYTHONPATH"] = Path.Combine(AppContext.BaseDirectory, "Server"), ["PYTHONDONTWRITEBYTECODE"] = "1" } };
        foreach (var word in (string[])["-n", "-l", $"127.0.0.1:{Port}", .. tls ? (string[])["--tlscert", _folder.At("server.pem"), "--tlskey", _folder.At("server.key")] : [], "-c", "mailbox.Mailbox", Mails])
            start.ArgumentList.Add(word);
        _process = Process.Start(start)!;
        await Eventually.True("the mail server answers", async () =>
        {
            if (_process.HasExited) throw new InvalidOperationException($"aiosmtpd ended with {_process.ExitCode}.");
            return await LocalPort.Answers(Port);
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
    }

    /// <summary>From now on takes what it refused.</summary>
    public Task OpenMailboxes() => File.WriteAllTextAsync(Path.Combine(Mails, "opened"), "");

    /// <summary>Who was to be reached, and how: <c>rcpt ADDRESS tls</c>.</summary>
    public string[] Log() => File.Exists(Path.Combine(Mails, "log")) ? File.ReadAllLines(Path.Combine(Mails, "log")) : [];

    public IReadOnlyList<string> Raw() => [.. Directory.GetFiles(Mails, "*.eml").Order(StringComparer.Ordinal).Select(File.ReadAllText)];

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _folder.Dispose();
    }
}

using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace FirstRing.Host;

/// <summary>The small verbs of the command line.</summary>
internal static class Commands
{
    public static async Task<int> Help()
    {
        await Terminal.Say("""
            up [--data DIR] [--port N] [--split] [--postgres URL] [--media-address IP] [--keys URI]
                                                                                         run the platform
            demo-visit --data DIR                                                        a visit starting now, with its two links
            ps --data DIR                                                                what runs: target and pid
            backup --data DIR [--postgres URL] --to FOLDER                               every store and file, sealed, while the platform runs
            restore --from FOLDER --data NEWDIR [--postgres URL]                         a platform from a backup and its root key
            table                                                                        the architecture table, as in ARCHITECTURE.md
            audit-dump --data DIR [--postgres URL]                                       what the audit log's store holds, for `audit verify`
            listeners                                                                    what listens, as in docs/security/listeners.md
            """);
        return 0;
    }

    public static async Task<int> ListProcesses(Options options)
    {
        if (new DataFolder(options.Data, TimeProvider.System).ReadRun() is not { } run) return await NotRunning();
        foreach (var target in run.Targets.Where(target => IsAlive(target.Pid))) await Terminal.Say($"{target.Target} {target.Pid}");
        return 0;
    }

    static async Task<int> NotRunning()
    {
        await Terminal.Complain("Nothing runs on this data folder.");
        return 1;
    }

    internal static bool IsAlive(int pid) => Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}"));

    /// <summary>Asks the running platform's demo door for a visit; it exists only in a demo clinic and only for callers on this machine.</summary>
    public static async Task<int> DemoVisit(Options options)
    {
        var folder = new DataFolder(options.Data, TimeProvider.System);
        if (folder.ReadRun() is not { } run || !run.Targets.Any(target => IsAlive(target.Pid))) return await NotRunning();
        using var door = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(folder.At("trust", "door.pem")));
        using var client = OwnProcesses.Client(new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => door.Equals(certificate) }, TimeSpan.FromSeconds(15));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{run.Port}/demo/visits")));
        request.Headers.Add("FirstRing-Demo", folder.DemoSecret ?? "");
        request.Headers.Add("Idempotency-Key", Platform.Ids.Token.New());
        request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request, CancellationToken.None);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
        {
            await Terminal.Complain(text);
            return 1;
        }
        await Terminal.Say(text.ReplaceLineEndings("").Trim());
        return 0;
    }

    /// <summary>What the audit log's store holds, unjudged, for the verifier; the witness's memory first, so that the log cannot have been ahead of it.</summary>
    public static async Task<int> DumpAudit(Options options)
    {
        var folder = new DataFolder(options.Data, TimeProvider.System);
        if (!File.Exists(folder.RootKey))
        {
            await Terminal.Complain("This is no data folder.");
            return 1;
        }
        using var keys = new Platform.Sealing.KeyFileProvider(folder.RootKey);
        await using var output = Terminal.Output();
        foreach (var (service, write) in ((string, Func<Platform.Storage.Store, Stream, CancellationToken, Task>)[])[("witness", Witness.WitnessDump.Write), ("audit", Audit.Log.LogDump.Write)])
        {
            await using var store = new Platform.Storage.Store(service, Stores.OptionsOf(folder, service, options.Postgres), keys, TimeProvider.System, _ => []);
            await write(store, output, CancellationToken.None);
        }
        return 0;
    }

    /// <summary>The generated part of ARCHITECTURE.md.</summary>
    public static async Task<int> PrintTable()
    {
        await Terminal.Say(ArchitectureText.Render().TrimEnd());
        return 0;
    }

    /// <summary>The generated part of docs/security/listeners.md.</summary>
    public static async Task<int> PrintListeners()
    {
        await Terminal.Say(Listeners.Render().TrimEnd());
        return 0;
    }
}

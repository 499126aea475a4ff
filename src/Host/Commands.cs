using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;

namespace FirstRing.Host;

/// <summary>The small verbs of the command line.</summary>
internal static class Commands
{
    public static async Task<int> Help()
    {
        await Terminal.Say("""
            up [--data DIR] [--port N] [--split [--media-nodes N]] [--postgres URL] [--media-address IP] [--keys URI] [--no-demo]
                                                                                         run the platform
            demo-visit --data DIR                                                        a visit starting now, with its two links
            clinic --data DIR --name NAME --phone NUMBER --zone ZONE --admin NAME --email ADDRESS [--majority YEARS]
                                                                                         a clinic, and the link for its first admin
            ps --data DIR                                                                what runs: target and pid
            backup --data DIR [--postgres URL] --to FOLDER                               every store and file, sealed, while the platform runs
            restore --from FOLDER --data NEWDIR [--postgres URL]                         a platform from a backup and its root key
            recording-list --data DIR [--postgres URL]                                   what was recorded
            recording-export --data DIR [--postgres URL] [--keys URI] --recording ID --to FOLDER
                                                                                         a playable file of each person in a recording
            table                                                                        the architecture table, as in ARCHITECTURE.md
            audit-dump --data DIR [--postgres URL] [--keys URI]                          what the audit log's store holds, for `audit verify`
            audit-fetch --data DIR [--postgres URL] [--keys URI] --to FOLDER              the log's segments, down from the store that audit.json names
            listeners                                                                    what listens, as in docs/security/listeners.md
            access                                                                       who may use which route, as in docs/security/access.md
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
    public static Task<int> DemoVisit(Options options) => AskDoor(options, "/demo/visits", folder => ("FirstRing-Demo", folder.DemoSecret ?? ""), "{}");

    /// <summary>A new clinic: prints it with the link by which its first admin sets a password and a second factor. The same words again print the same link.</summary>
    public static async Task<int> OpenClinic(Options options)
    {
        var words = options.Clinic;
        foreach (var (option, word) in ((string, string)[])[("--name", words.Name), ("--phone", words.Phone), ("--zone", words.Zone), ("--admin", words.AdminName), ("--email", words.AdminEmail)])
            if (word.Length == 0) throw new ArgumentException($"clinic wants {option}. As in: clinic --name \"Harbour Clinic\" --phone \"+1 202-555-0143\" --zone America/New_York --admin \"Full Name\" --email admin@example.org");
        var key = Platform.Ids.Token.Hash(string.Join('\n', words.Name, words.Phone, words.Zone, words.AdminName, words.AdminEmail));
        var body = JsonSerializer.Serialize(new AskedClinic(key, words.Name, words.Phone, words.Zone, words.AdminName, words.AdminEmail, words.MajorityAge), HostJson.Default.AskedClinic);
        return await AskDoor(options, "/operator/clinics", folder => ("FirstRing-Operator", folder.OperatorSecret ?? ""), body);
    }

    static async Task<int> AskDoor(Options options, string path, Func<DataFolder, (string Header, string Secret)> proof, string body)
    {
        var folder = new DataFolder(options.Data, TimeProvider.System);
        if (folder.ReadRun() is not { } run || !run.Targets.Any(target => IsAlive(target.Pid))) return await NotRunning();
        using var door = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(folder.At("trust", "door.pem")));
        using var client = OwnProcesses.Client(new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => door.Equals(certificate) }, TimeSpan.FromSeconds(15));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{run.Port}{path}")));
        var (header, secret) = proof(folder);
        request.Headers.Add(header, secret);
        request.Headers.Add("Idempotency-Key", Platform.Ids.Token.New());
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
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
        if (options.Keys is null && !File.Exists(folder.RootKey))
        {
            await Terminal.Complain("This is no data folder.");
            return 1;
        }
        var keys = KeyProviders.Of(options.Keys, folder, TimeProvider.System);
        using var _ = keys as IDisposable;
        await using var output = Terminal.Output();
        foreach (var (service, write) in ((string, Func<Platform.Storage.Store, Stream, CancellationToken, Task>)[])[("witness", Witness.WitnessDump.Write), ("audit", Audit.Log.LogDump.Write)])
        {
            await using var store = new Platform.Storage.Store(service, Stores.OptionsOf(folder, service, options.Postgres), keys, TimeProvider.System, _ => []);
            await write(store, output, CancellationToken.None);
        }
        return 0;
    }

    /// <summary>The audit log's segments, down from the store elsewhere.</summary>
    public static async Task<int> FetchAudit(Options options)
    {
        var folder = new DataFolder(options.Data, TimeProvider.System);
        if (options.To is not { Length: > 0 } to) throw new ArgumentException("audit-fetch wants --to FOLDER.");
        var keys = KeyProviders.Of(options.Keys, folder, TimeProvider.System);
        using var _ = keys as IDisposable;
        await using var store = new Platform.Storage.Store("audit", Stores.OptionsOf(folder, "audit", options.Postgres), keys, TimeProvider.System, _ => []);
        var found = await Audit.Places.CopyDown.Run(Settings.Store(folder), store, to, NullLogger<Platform.Egress.Egress>.Instance, CancellationToken.None);
        await (found is { } count ? Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{count} segments are in {to}. Now: ./firstring audit verify --segments {to}"))
            : Terminal.Complain($"{folder.At("audit.json")} names no store."));
        return found is null ? 1 : 0;
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

    /// <summary>The generated part of docs/security/access.md.</summary>
    public static async Task<int> PrintAccess()
    {
        await Terminal.Say(AccessText.Render(await RouteTable.Read()).TrimEnd());
        return 0;
    }
}

internal sealed record AskedClinic(string Key, string Name, string Phone, string Zone, string AdminName, string AdminEmail, int MajorityAge);

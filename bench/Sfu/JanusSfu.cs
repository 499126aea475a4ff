using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FirstRing.Bench.Sfu;

/// <summary>
/// Janus's VideoRoom from Debian as a process of its own, set up by what lies in bench/Sfu/janus. As its pages do it, a participant sends on one
/// PeerConnection, which the page offers, and receives on a second (multistream), which Janus offers.
/// </summary>
internal sealed class JanusSfu : ISfu
{
    private const string Program = "/usr/bin/janus";

    private readonly Process process;
    private readonly DirectoryInfo folder;
    private readonly JanusApi api;

    private JanusSfu(Process process, DirectoryInfo folder, JanusApi api)
    {
        (this.process, this.folder, this.api) = (process, folder, api);
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    public int Process => process.Id;

    public int ConnectionsEach => 2;

    public static async Task<JanusSfu> Start(TimeProvider clock, CancellationToken stop)
    {
        if (!File.Exists(Program) || !(await File.ReadAllTextAsync("/proc/net/dev", stop)).Contains("sfu0:", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("Janus and its network are set up by `./firstring bench sfu --vs janus`");
        }
        var folder = Directory.CreateTempSubdirectory("firstring-janus-");
        var port = FreePort();
        foreach (var file in Directory.GetFiles(Path.Combine(Machine.Clone.Root, "bench/Sfu/janus"), "*.jcfg"))
        {
            var text = await File.ReadAllTextAsync(file, stop);
            text = text.Replace("@FOLDER@", folder.FullName, StringComparison.Ordinal).Replace("@PORT@", $"{port}", StringComparison.Ordinal)
                .Replace("@MACHINE@", RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu", StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, Path.GetFileName(file)), text, stop);
        }
        // taskset becomes Janus: the process keeps its number, and each of its threads the core.
        var process = System.Diagnostics.Process.Start(new ProcessStartInfo("taskset", ["--cpu-list", "0", Program, "--configs-folder", folder.FullName, "--disable-stdout"]))!;
        try
        {
            return new JanusSfu(process, folder, await JanusApi.Open(port, clock, stop));
        }
        catch
        {
            await End(process, folder);
            throw;
        }
    }

    public async Task Open(int room, Child client, CancellationToken stop)
    {
        var feeds = new List<(long Handle, long Feed)>();
        for (var seat = 0; seat < SfuRun.Seats; seat++)
        {
            var handle = await api.Attach(stop);
            if (seat == 0)
            {
                await api.Ask(handle, MakeRoom(room), null, stop);
            }
            feeds.Add((handle, await Publish(room, handle, client, stop)));
        }
        // Who is not up yet can't be subscribed to.
        foreach (var (handle, _) in feeds)
        {
            await api.Connected(handle, stop);
        }
        foreach (var (own, _) in feeds)
        {
            var handle = await api.Attach(stop);
            await Subscribe(room, handle, feeds.Where(one => one.Handle != own).Select(one => one.Feed), client, stop);
            await api.Connected(handle, stop);
        }
    }

    public Task<ServerFigures> Figures(CancellationToken stop) =>
        Task.FromResult(new ServerFigures(Fault: process.HasExited ? $"Janus ended with {process.ExitCode}" : null));

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        await api.DisposeAsync();
        await End(process, folder);
    }

    // The bench is told to end, and nobody else would end Janus.
    private void OnExit(object? sender, EventArgs e)
    {
        process.Kill();
        folder.Delete(recursive: true);
    }

    private static async Task End(Process process, DirectoryInfo folder)
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Delete(recursive: true);
    }

    private static JsonObject MakeRoom(int room) => new()
    {
        ["request"] = "create",
        ["room"] = room + 1,
        ["publishers"] = SfuRun.Seats,
        ["bitrate"] = 0, // no limit
        ["fir_freq"] = 0,
        ["audiocodec"] = "opus",
        ["videocodec"] = "vp8",
        ["opus_fec"] = true,
        ["audiolevel_ext"] = true,
        ["audiolevel_event"] = false,
        ["videoorient_ext"] = false,
        ["playoutdelay_ext"] = false,
        ["transport_wide_cc_ext"] = true,
        ["record"] = false,
        ["notify_joining"] = false,
    };

    private async Task<long> Publish(int room, long handle, Child client, CancellationToken stop)
    {
        var offer = await client.Ask(new Ask("publish"), BenchJson.Default.SdpLine, stop);
        var body = new JsonObject { ["request"] = "joinandconfigure", ["room"] = room + 1, ["ptype"] = "publisher" };
        var joined = await api.Ask(handle, body, new JsonObject { ["type"] = "offer", ["sdp"] = offer.Sdp }, stop);
        await client.Ask(new Ask("take", Sdp: Sdp(joined), Peer: offer.Peer), BenchJson.Default.DoneLine, stop);
        await client.Ask(new Ask("connect", Peer: offer.Peer), BenchJson.Default.DoneLine, stop);
        return joined.GetProperty("plugindata").GetProperty("data").GetProperty("id").GetInt64();
    }

    private async Task Subscribe(int room, long handle, IEnumerable<long> feeds, Child client, CancellationToken stop)
    {
        var body = new JsonObject
        {
            ["request"] = "join",
            ["room"] = room + 1,
            ["ptype"] = "subscriber",
            ["streams"] = new JsonArray([.. feeds.Select(feed => new JsonObject { ["feed"] = feed })]),
        };
        var attached = await api.Ask(handle, body, null, stop);
        var answer = await client.Ask(new Ask("answer", Sdp: Sdp(attached)), BenchJson.Default.SdpLine, stop);
        await api.Ask(handle, new JsonObject { ["request"] = "start" }, new JsonObject { ["type"] = "answer", ["sdp"] = answer.Sdp }, stop);
        await client.Ask(new Ask("connect", Peer: answer.Peer), BenchJson.Default.DoneLine, stop);
    }

    private static string Sdp(JsonElement reply) => reply.GetProperty("jsep").GetProperty("sdp").GetString()!;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FirstRing.Host;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>Each target by itself, with nobody else there: it starts, its services resolve, and it says by itself whether it is ready.</summary>
public sealed class TargetsAlone
{
    [Fact]
    public async Task Every_target_starts_alone_with_its_services_validated()
    {
        var data = Directory.CreateTempSubdirectory("firstring-alone-").FullName;
        try
        {
            await using (await RunningPlatform.Start(split: true, data: data)) { }
            var ports = JsonSerializer.Deserialize<Dictionary<string, int>>(await File.ReadAllTextAsync(Path.Combine(data, "addresses.json")))!;
            Assert.Equal(Targets.Split.Order(), ports.Keys.Order());
            // A port of the range of outgoing connections can be anybody's in the moment in which a target is started again.
            var outgoing = int.Parse((await File.ReadAllTextAsync("/proc/sys/net/ipv4/ip_local_port_range")).Split('\t', ' ')[0], CultureInfo.InvariantCulture);
            Assert.All(ports.Where(port => port.Key != Targets.Gateway), port => Assert.InRange(port.Value, 1024, outgoing - 1));
            foreach (var target in Targets.Split) await StartAlone(target, data, ports[target]);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    static async Task StartAlone(string target, string data, int port)
    {
        using var process = Process.Start(new ProcessStartInfo(await Repository.Server, ["target", "--target", target, "--data", data, "--port", $"{port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Development" }, // here the container checks every registration and every scope
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        using var client = target == Targets.Gateway ? DoorTrust.Client(new Uri($"https://localhost:{port}")) : Inside.Http(data, target, target);
        await Eventually.True($"{target} answers alone", async () =>
        {
            if (process.HasExited) throw new InvalidOperationException($"{target} ended with {process.ExitCode}: {await errors}");
            try { return (await client.GetAsync("/healthz")).IsSuccessStatusCode; }
            catch (HttpRequestException) { return false; }
        });
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync(limit.Token);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task A_target_that_does_not_exist_is_refused()
    {
        var (code, _, errors) = await Repository.Run(await Repository.Server, "up", "--target", "no-such-target", "--data", Path.GetTempPath() + "none");
        Assert.NotEqual(0, code);
        Assert.Contains("no-such-target", errors, StringComparison.Ordinal);
    }
}

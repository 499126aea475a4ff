using System.Text.Json;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>A web scanner that knows nothing of us, signed in as the demo's clinician.</summary>
public sealed class Scanned
{
    // What needs no host of the scanner's own to be called back by.
    const string Modules = "cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,sql,xss";
    const int Medium = 2;

    [Fact]
    public async Task Wapiti_finds_nothing_of_medium_or_above()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("FIRSTRING_ALL") == "true", "slow: runs with ./firstring test --all");
        await using var platform = await RunningPlatform.Start();
        var visit = await platform.DemoVisit();
        var work = Directory.CreateTempSubdirectory("firstring-wapiti-").FullName;
        try
        {
            var report = Path.Combine(work, "report.json");
            var door = platform.Door.ToString();
            var (code, output, errors) = await Repository.Run("timeout", "300", "wapiti", "-u", door, "--scope", "domain", "-s", visit.Patient.ToString(), "-s", $"{door}clinic", "-s", $"{door}sign-in",
                "-x", $"{door}sign-out", "-H", $"Cookie: {await LoginOf(platform, visit)}", "-m", Modules, "--verify-ssl", "0", "--max-scan-time", "60", "--max-attack-time", "20", "-t", "5",
                "--flush-session", "--no-bugreport", "--store-session", work, "--store-config", work, "-f", "json", "-o", report);
            Assert.True(code == 0 && File.Exists(report), $"wapiti ended with {code}: {output} {errors}");
            var found = JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement;
            Assert.True(found.GetProperty("infos").GetProperty("crawled_pages_nbr").GetInt32() >= 3, output);
            foreach (var part in (string[])["vulnerabilities", "anomalies"])
                foreach (var kind in found.GetProperty(part).EnumerateObject())
                    foreach (var one in kind.Value.EnumerateArray())
                        Assert.True(one.GetProperty("level").GetInt32() < Medium, $"{kind.Name}: {one}");
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    static async Task<string> LoginOf(RunningPlatform platform, DemoVisit visit)
    {
        using var client = DoorTrust.Client(platform.Door);
        using var response = await client.GetAsync(visit.Clinician);
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>A web scanner that knows nothing of us: as a stranger with a patient's link, and as the demo's clinician.</summary>
public sealed partial class Scanned
{
    // What needs no host of the scanner's own to be called back by.
    const string Modules = "cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,sql,xss";
    const int Medium = 2;

    [Fact]
    public async Task Wapiti_finds_nothing_of_medium_or_above()
    {
        Slow.OnlyWithAll();
        await using var platform = await RunningPlatform.Start();
        var (visit, door) = (await platform.DemoVisit(), platform.Door.ToString());
        await Scan(platform.Door, 5, null, ["-u", door, "--scope", "domain", "-s", visit.Patient.ToString(), "-s", $"{door}sign-in"]);
        // Below /clinic alone, for elsewhere it would sign itself out.
        var login = await LoginOf(platform, visit);
        await Scan(platform.Door, 3, login, ["-u", $"{door}clinic/", "--scope", "folder", "-s", $"{door}clinic/visits/{visit.Visit}", "-H", $"Cookie: {login}"]);
    }

    static async Task Scan(Uri door, int fewest, string? cookie, IEnumerable<string> what)
    {
        var work = Directory.CreateTempSubdirectory("firstring-wapiti-").FullName;
        try
        {
            var report = Path.Combine(work, "report.json");
            // It asks for Brotli, which it reads only where one more package is there, and takes what it cannot read for a page without links.
            var (code, output, errors) = await Repository.Run("timeout", ["300", "wapiti", .. what, "-H", "Accept-Encoding: gzip", "-m", Modules, "--verify-ssl", "0", "--max-scan-time", "40", "--max-attack-time", "10", "-t", "5",
                "--flush-session", "--no-bugreport", "--store-session", work, "--store-config", work, "-f", "json", "-o", report]);
            Assert.True(code == 0 && File.Exists(report), $"wapiti ended with {code}: {output} {errors}");
            Assert.True(Seen().Match(output) is { Success: true } seen && int.Parse(seen.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) >= fewest, output);
            var found = JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement;
            foreach (var part in (string[])["vulnerabilities", "anomalies"])
                foreach (var kind in found.GetProperty(part).EnumerateObject())
                    foreach (var one in kind.Value.EnumerateArray().ToList())
                        if (kind.Name == "Cross Site Request Forgery") await Refuses(door, one, cookie);
                        else Assert.True(one.GetProperty("level").GetInt32() < Medium, $"{kind.Name}: {one}");
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    // It misses a field by the name of a token. What holds here is the Origin, so each such form is sent once more, from elsewhere.
    static async Task Refuses(Uri door, JsonElement form, string? cookie)
    {
        var body = form.GetProperty("http_request").GetString()!.Split("\n\n", 2)[1];
        using var client = DoorTrust.Client(door);
        using var request = new HttpRequestMessage(HttpMethod.Post, form.GetProperty("path").GetString()) { Content = new StringContent(body, new MediaTypeHeaderValue("application/x-www-form-urlencoded")) };
        request.Headers.Add("Origin", "https://elsewhere.example");
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        using var answer = await client.SendAsync(request);
        Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{answer.StatusCode} for {form}");
    }

    [GeneratedRegex(@"found (\d+) URLs")] private static partial Regex Seen();

    static async Task<string> LoginOf(RunningPlatform platform, DemoVisit visit)
    {
        using var client = DoorTrust.Client(platform.Door);
        using var response = await client.GetAsync(visit.Clinician);
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }
}

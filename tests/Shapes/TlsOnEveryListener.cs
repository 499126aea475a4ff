using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using FirstRing.Host;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>TLS 1.3 and nothing older on every TCP listener, as testssl.sh and as clients of our own see it.</summary>
public sealed class TlsOnEveryListener
{
    static readonly TimeSpan ScanLimit = TimeSpan.FromMinutes(8);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_older_than_TLS_1_3_is_spoken_anywhere(bool split)
    {
        await using var platform = await RunningPlatform.Start(split);
        var (listeners, media) = await TcpOf(platform);
        Assert.NotEmpty(media);
        foreach (var end in media) Assert.Equal("", await InClear(end)); // frames of STUN, DTLS and SRTP, and nothing else
        Assert.True(listeners.Count >= (split ? Targets.Split.Count : 2));
        foreach (var end in listeners)
        {
            // Each version with everything that OpenSSL still has for it.
            foreach (var old in (string[])["-tls1", "-tls1_1", "-tls1_2"])
            {
                var said = await OpenSsl(end, old, "-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
                Assert.DoesNotContain("CONNECTION ESTABLISHED", said, StringComparison.Ordinal);
                Assert.Contains("alert protocol version", said, StringComparison.Ordinal);
            }
            Assert.Contains("Protocol version: TLSv1.3", await OpenSsl(end, "-tls1_3"), StringComparison.Ordinal);
            Assert.Equal("", await InClear(end));
        }
    }

    [Fact]
    public Task Testssl_finds_TLS_1_3_only_on_both_listeners_of_one_process() => Scan(split: false, "-p");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Testssl_finds_strong_ciphers_and_forward_secrecy_only(bool split)
    {
        Slow.OnlyWithAll();
        return Scan(split, "-p", "-s", "-f");
    }

    static async Task Scan(bool split, params string[] what)
    {
        await using var platform = await RunningPlatform.Start(split);
        foreach (var end in (await TcpOf(platform)).Tls)
        {
            var found = await Testssl(end, what);
            foreach (var old in (string[])["SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2"]) Assert.StartsWith("not offered", found[old], StringComparison.Ordinal);
            Assert.StartsWith("offered", found["TLS1_3"], StringComparison.Ordinal);
            if (!what.Contains("-s")) continue;
            foreach (var weak in (string[])["cipherlist_NULL", "cipherlist_aNULL", "cipherlist_EXPORT", "cipherlist_LOW", "cipherlist_3DES_IDEA", "cipherlist_AVERAGE"])
                Assert.Equal("not offered", found[weak]);
            Assert.Equal("offered", found["cipherlist_STRONG"]);
            Assert.Equal("offered", found["PFS"]);
        }
    }

    static async Task<Dictionary<string, string>> Testssl(IPEndPoint end, IEnumerable<string> what)
    {
        var report = Path.Combine(Path.GetTempPath(), $"firstring-testssl-{Guid.NewGuid():N}.json");
        try
        {
            var scan = Repository.Run("timeout", ["480", "testssl", .. what, "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--openssl-timeout", "20",
                "--connect-timeout", "20", "--jsonfile", report, .. Name(end)]);
            var (_, output, errors) = await scan.WaitAsync(ScanLimit + TimeSpan.FromSeconds(10));
            Assert.True(File.Exists(report), $"testssl said nothing: {output} {errors}");
            var found = JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement.EnumerateArray()
                .GroupBy(one => one.GetProperty("id").GetString()!).ToDictionary(one => one.Key, one => one.First().GetProperty("finding").GetString()!);
            Assert.True(found.ContainsKey("SSLv2") && found.ContainsKey("TLS1_3"), $"testssl did not come to an end with {end}: {output} {errors}");
            return found;
        }
        finally
        {
            File.Delete(report);
        }
    }

    // Without looking names up testssl knows an IPv6 address only where it goes beside a name.
    static string[] Name(IPEndPoint end) => end.AddressFamily == AddressFamily.InterNetworkV6 ? ["-6", "--ip", $"{end.Address}", $"https://localhost:{end.Port}"] : [$"https://{end}"];

    // What is neither door nor inside is media by TCP, which brings its own encryption: EveryListener holds it against the inventory.
    static async Task<(List<IPEndPoint> Tls, List<IPEndPoint> Media)> TcpOf(RunningPlatform platform)
    {
        var inside = JsonSerializer.Deserialize<Dictionary<string, int>>(await File.ReadAllTextAsync(Path.Combine(platform.Data, "addresses.json")))!;
        HashSet<int> tls = [platform.Door.Port, .. inside.Values];
        var all = (await platform.Ps()).Values.SelectMany(OpenSockets.Of).Where(socket => socket.Transport == "TCP").Select(socket => new IPEndPoint(socket.Address, socket.Port)).ToList();
        return ([.. all.Where(end => tls.Contains(end.Port))], [.. all.Where(end => !tls.Contains(end.Port))]);
    }

    static async Task<string> OpenSsl(IPEndPoint end, params string[] words)
    {
        var (_, output, errors) = await Repository.Run("timeout", ["30", "sh", "-c", "openssl s_client -connect \"$0\" -brief \"$@\" </dev/null", end.ToString(), .. words]);
        return output + errors;
    }

    // A listener of TLS says nothing to who speaks in clear.
    static async Task<string> InClear(IPEndPoint end)
    {
        using var socket = new TcpClient(end.AddressFamily);
        await socket.ConnectAsync(end);
        await using var stream = socket.GetStream();
        await stream.WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        using var text = new StreamReader(stream);
        try { return (await text.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30))) is var said && said.Contains("HTTP/1.1 200", StringComparison.Ordinal) ? said : ""; }
        catch (IOException) { return ""; }
    }
}

using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>The demo clinic's one-click links exist while its flag is set and for callers on this machine; nowhere else.</summary>
public sealed class DemoOnlyHere
{
    [Fact]
    public async Task With_the_demo_closed_its_door_and_its_links_do_not_exist()
    {
        var data = Directory.CreateTempSubdirectory("firstring-closed-").FullName;
        try
        {
            string secret;
            DemoVisit visit;
            await using (var open = await RunningPlatform.Start(data: data))
            {
                secret = await File.ReadAllTextAsync(Path.Combine(data, "demo.secret"));
                visit = await open.DemoVisit();
                Assert.Equal(200, (await Ask(open, "/demo/visits", secret)).Status);
                Assert.Equal(404, (await Ask(open, "/demo/visits", "wrong")).Status);
            }
            await File.WriteAllTextAsync(Path.Combine(data, "demo.secret"), "");
            foreach (var split in (bool[])[false, true])
            {
                await using var closed = await RunningPlatform.Start(split, data: data);
                Assert.Equal(404, (await Ask(closed, "/demo/visits", secret)).Status);
                Assert.Equal(404, (await Ask(closed, "/demo/visits", "")).Status);
                using var raw = new Raw(closed.Door);
                var clinician = await raw.Ask(HttpMethod.Get, visit.Clinician.PathAndQuery, headers: ("Accept", "text/html"));
                Assert.True(clinician.Status is >= 400 and < 500, $"{clinician.Status}");
                Assert.DoesNotContain(closed.Lines, line => line.Contains("DEMO", StringComparison.Ordinal));
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task Nobody_elsewhere_reaches_the_demo()
    {
        await using var platform = await RunningPlatform.Start(split: true);
        var elsewhere = (await Dns.GetHostAddressesAsync(Dns.GetHostName())).Concat(NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(port => port.GetIPProperties().UnicastAddresses).Select(one => one.Address)).Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)).Distinct().ToList();
        Assert.NotEmpty(elsewhere);
        foreach (var address in elsewhere)
        {
            using var socket = new TcpClient();
            await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(address, platform.Door.Port));
        }

        // Should a gateway ever listen more widely: what it says of a caller elsewhere is believed.
        var secret = await File.ReadAllTextAsync(Path.Combine(platform.Data, "demo.secret"));
        Assert.Equal(200, (await Ask(platform, "/demo/visits", secret)).Status);
        Assert.Equal(404, (await Ask(platform, "/demo/visits", "wrong")).Status);
        using var gateway = Inside.Http(platform.Data, "web", "gateway");
        foreach (var (from, status) in (IEnumerable<(string, HttpStatusCode)>)[("127.0.0.1", HttpStatusCode.OK), ("192.0.2.7", HttpStatusCode.NotFound)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/demo/visits") { Version = new Version(2, 0), Content = new StringContent("{}") };
            request.Headers.Add("FirstRing-Demo", secret);
            request.Headers.Add("X-Forwarded-For", from);
            using var answer = await gateway.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);

            using var clinic = new HttpRequestMessage(HttpMethod.Post, "/operator/clinics") { Version = new Version(2, 0), Content = new StringContent("{}") };
            clinic.Headers.Add("X-Forwarded-For", from);
            using var refused = await gateway.SendAsync(clinic);
            Assert.Equal(status == HttpStatusCode.OK ? HttpStatusCode.Forbidden : HttpStatusCode.NotFound, refused.StatusCode);
        }
    }

    static async Task<Said> Ask(RunningPlatform platform, string path, string secret, params (string, string)[] more)
    {
        using var raw = new Raw(platform.Door);
        return await raw.Ask(HttpMethod.Post, path, "{}", headers: [("FirstRing-Demo", secret), .. more]);
    }
}

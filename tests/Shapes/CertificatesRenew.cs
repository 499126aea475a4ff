using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FirstRing.Host;
using FirstRing.Platform.Contracts;
using FirstRing.Tests.Harness.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FirstRing.Tests.Shapes;

/// <summary>Certificates between services near their end are renewed while all runs, and shown from the next connection on, by both sides.</summary>
public sealed class CertificatesRenew
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task Ten_days_before_its_end_both_sides_show_another_without_a_restart()
    {
        var path = Directory.CreateTempSubdirectory("firstring-renew-").FullName;
        try
        {
            var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
            var folder = new DataFolder(path, clock);
            folder.Prepare();
            var (server, client) = (folder.TlsOf("media"), folder.TlsOf("signaling"));
            await using var app = await Listening(server);
            using var stop = new CancellationTokenSource();
            var renewing = Renewal.Run(folder, clock, stop.Token);

            var (shown, told) = await Shake(app, client);
            Assert.InRange(server.Certificate.NotAfter.ToUniversalTime() - clock.GetUtcNow().UtcDateTime, TimeSpan.FromDays(29), TimeSpan.FromDays(30));
            for (var day = 1; day <= 19; day++) await Pass(clock);
            Assert.Equal((shown, told), await Shake(app, client)); // eleven days are left: nothing yet

            for (var day = 20; day <= 21; day++) await Pass(clock);
            await Eventually.True("both certificates are others", async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(11));
                var (now, client1) = await Shake(app, client);
                return now != shown && client1 != told;
            });

            // And far beyond the end of the first: months of days, with a handshake at the end of each month.
            for (var month = 0; month < (Slow.All ? 12 : 3); month++)
            {
                for (var day = 0; day < 30; day++) await Pass(clock);
                clock.Advance(TimeSpan.FromSeconds(11));
                await Shake(app, client);
            }
            await stop.CancelAsync();
            await renewing;
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    [Fact]
    public async Task A_running_fleet_takes_up_certificates_that_were_renewed_beside_it()
    {
        await using var platform = await RunningPlatform.Start(split: true);
        var trust = Path.Combine(platform.Data, "trust");
        var before = File.GetLastWriteTimeUtc(Path.Combine(trust, "media.pfx"));
        foreach (var target in Targets.Split) File.Delete(Path.Combine(trust, $"{target}.pfx"));
        new DataFolder(platform.Data, TimeProvider.System).Prepare();
        Assert.NotEqual(before, File.GetLastWriteTimeUtc(Path.Combine(trust, "media.pfx")));
        using var renewed = X509CertificateLoader.LoadPkcs12FromFile(Path.Combine(trust, "media.pfx"), null);
        await Eventually.True("media shows its new certificate", async () => await SerialOf(platform, "media") == renewed.SerialNumber);
        await platform.DemoVisit(); // gateway → web → identity, records, scheduling: all by new certificates
    }

    [Fact]
    public void A_door_certificate_that_someone_else_issued_is_left_alone()
    {
        var path = Directory.CreateTempSubdirectory("firstring-door-").FullName;
        try
        {
            var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
            var folder = new DataFolder(path, clock);
            folder.Prepare();
            var door = folder.At("trust", "door.pfx");
            File.Copy(folder.At("trust", "media.pfx"), door, overwrite: true); // issued by a CA, as far as it says
            var given = File.ReadAllBytes(door);
            clock.Advance(TimeSpan.FromDays(25));
            Certificates.Renew(folder, clock);
            Assert.Equal(given, File.ReadAllBytes(door));
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    // The renewer's turn comes on another thread; it is over when the time has passed and files have stopped changing, which a moment shows.
    static async Task Pass(FakeTimeProvider clock)
    {
        clock.Advance(Day);
        await Task.Delay(15);
    }

    static async Task<WebApplication> Listening(MutualTls tls)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Serve.Inside(kestrel, 0, tls));
        var app = builder.Build();
        app.MapGet("/me", (Microsoft.AspNetCore.Http.HttpContext http) => http.Connection.ClientCertificate!.SerialNumber);
        await app.StartAsync();
        return app;
    }

    /// <summary>The serial numbers that the server showed and that it was shown. Throws where either side refuses.</summary>
    static async Task<(string Shown, string Told)> Shake(WebApplication app, MutualTls client)
    {
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        var ssl = client.Towards("media");
        string? shown = null;
        var accepts = ssl.RemoteCertificateValidationCallback!;
        ssl.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            shown = ((X509Certificate2)certificate!).SerialNumber;
            return accepts(sender, certificate, chain, errors);
        };
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = ssl });
        var told = await http.GetStringAsync(new Uri($"https://127.0.0.1:{port}/me"));
        return (shown!, told);
    }

    static async Task<string> SerialOf(RunningPlatform platform, string service)
    {
        var ports = System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, int>>(await File.ReadAllTextAsync(Path.Combine(platform.Data, "addresses.json")))!;
        using var socket = new TcpClient();
        await socket.ConnectAsync(System.Net.IPAddress.Loopback, ports[service]);
        var serial = "";
        await using var stream = new SslStream(socket.GetStream(), false, (_, shown, _, _) => (serial = ((X509Certificate2)shown!).SerialNumber).Length > 0);
        await stream.AuthenticateAsClientAsync("localhost");
        return serial;
    }
}

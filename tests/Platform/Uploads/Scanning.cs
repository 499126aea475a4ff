using System.Net.Sockets;
using FirstRing.Platform.Egress;
using FirstRing.Platform.Uploads;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Uploads;

/// <summary>A scanner is a program on this machine, and only its own two words are a verdict.</summary>
public sealed class Scanning
{
    [Theory]
    [InlineData("unix:/run/clamav/clamd.ctl", true)]
    [InlineData("tcp:127.0.0.1:3310", true)]
    [InlineData("tcp:[::1]:3310", true)]
    [InlineData("tcp:10.0.0.5:3310", false)]
    [InlineData("tcp:[::ffff:10.0.0.5]:3310", false)]
    [InlineData("tcp:0.0.0.0:3310", false)]
    [InlineData("tcp:127.0.0.1", false)]
    [InlineData("tcp:localhost:3310", false)] // a name may lead anywhere
    [InlineData("tcp:scanner.example:3310", false)]
    [InlineData("unix:relative", false)]
    [InlineData("https://scanner.example", false)]
    public void A_scanner_on_another_machine_is_refused(string address, bool taken) =>
        Assert.Equal(taken ? null : typeof(ArgumentException), Record.Exception(() => LocalWire.Parse(address))?.GetType());

    [Fact]
    public async Task Clamd_says_what_is_clean_and_what_is_not_at_both_of_its_addresses()
    {
        await using var scanner = new VirusScanner();
        await scanner.Open();
        foreach (var address in (string[])[scanner.Tcp, scanner.Unix])
        {
            var clamd = new Clamd(LocalWire.Parse(address));
            Assert.True(await clamd.IsClean(PlantedFiles.Photo(width: 2_000, height: 1_500), default));
            Assert.False(await clamd.IsClean(PlantedFiles.Eicar, default));
            Assert.False(await clamd.IsClean(PlantedFiles.PhotoThatTells(System.Text.Encoding.ASCII.GetString(PlantedFiles.Eicar)), default));
        }
        await scanner.Kill();
        await Assert.ThrowsAnyAsync<SocketException>(() => new Clamd(LocalWire.Parse(scanner.Tcp)).IsClean(PlantedFiles.Eicar, default));
    }

    [Theory]
    [InlineData("stream: OK", true)]
    [InlineData("stream: Some.Thing FOUND", false)]
    [InlineData("INSTREAM size limit exceeded. ERROR", null)]
    [InlineData("stream: OK FOUND OUT", null)]
    [InlineData("", null)]
    public async Task Whatever_else_it_says_is_no_verdict(string answer, bool? clean)
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var speaking = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            var heard = new byte[10 + 4 + 68 + 4];
            await client.GetStream().ReadExactlyAsync(heard);
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer + "\0"));
            return heard;
        });
        var clamd = new Clamd(LocalWire.Parse($"tcp:{listener.LocalEndpoint}"));

        if (clean is { } verdict) Assert.Equal(verdict, await clamd.IsClean(PlantedFiles.Eicar, default));
        else await Assert.ThrowsAsync<IOException>(() => clamd.IsClean(PlantedFiles.Eicar, default));

        Assert.Equal("zINSTREAM\0\0\0\0D", System.Text.Encoding.ASCII.GetString(await speaking, 0, 14));
    }
}

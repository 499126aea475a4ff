using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using FirstRing.Bench.Load;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Host;
using FirstRing.Media.Rtc.Stun;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>The one public port: HTTPS, ICE by TCP and TURN inside TLS, in both shapes and with several media nodes.</summary>
public sealed class TheOneDoor
{
    // RFC 8656 §7.1: an Allocate request of somebody who has not been asked yet.
    static readonly byte[] Allocate = [0, 3, 0, 8, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0x19, 0, 4, 17, 0, 0, 0];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Streams_reach_the_node_that_they_name_and_https_goes_on_whatever_becomes_of_that(bool split)
    {
        await using var platform = await RunningPlatform.Start(split, more: split ? ["--media-nodes", "2"] : []);
        string[] nodes = split ? ["media", "media-2"] : ["media"];
        foreach (var node in nodes)
        {
            await ComesByIce(platform, await Offer(platform, node));
            await ComesByCoturnsClient(platform, await Offer(platform, node));
        }
        await SpeaksTurnByName(platform);
        await NamesNobody(platform, await Offer(platform, nodes[0]));
        await Strangers(platform);
        if (split) await NodeStandsStill(platform);
    }

    // The node sees who it is, and answers to it.
    static async Task ComesByIce(RunningPlatform platform, MediaOffer offer)
    {
        var read = new OfferReader(offer.Sdp);
        using var page = await Connect(platform);
        var check = Check(read.Ufrag, read.Password);
        await page.SendAsync((byte[])[(byte)(check.Length >> 8), (byte)check.Length, .. check]);
        var answer = new byte[500];
        var length = await page.ReceiveAsync(answer.AsMemory()).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(length > 2 && StunMessage.TryRead(answer.AsSpan(2, BinaryPrimitives.ReadUInt16BigEndian(answer)), out _), $"{length} bytes came back\n{platform.Log}");
        Assert.Equal(page.LocalEndPoint, Seen(answer));
    }

    static IPEndPoint Seen(byte[] answer)
    {
        StunMessage.TryRead(answer.AsSpan(2, BinaryPrimitives.ReadUInt16BigEndian(answer)), out var message);
        Assert.Equal(StunClass.Success, message.Class);
        Span<byte> ip = stackalloc byte[16];
        Assert.True(message.TryGetXorAddress(StunAttribute.XorMappedAddress, ip, out var size, out var port));
        return new IPEndPoint(new IPAddress(ip[..size]), port);
    }

    static async Task ComesByCoturnsClient(RunningPlatform platform, MediaOffer offer)
    {
        var peer = new OfferReader(offer.Sdp);
        var said = await Coturn(platform, offer.IceServers!.Single(), new IPEndPoint(peer.Address, peer.Port), until: "create perm sent");
        Assert.Contains("Received relay addr", said, StringComparison.Ordinal);
        said = await Coturn(platform, offer.IceServers!.Single(), new IPEndPoint(IPAddress.Parse("169.254.169.254"), 80), until: "403");
        Assert.Contains("Received relay addr", said, StringComparison.Ordinal);
        Assert.Contains("403", said, StringComparison.Ordinal);
        said = await Coturn(platform, offer.IceServers!.Single() with { Credential = "aaaaaaaaaaaaaaaaaaaaaaaa" }, new IPEndPoint(peer.Address, peer.Port), until: "Received relay addr");
        Assert.DoesNotContain("Received relay addr", said, StringComparison.Ordinal);
    }

    // RFC 7443: by its protocol's name, also beside HTTP's, as coturn's client has it. TLS is 1.3 here too.
    static async Task SpeaksTurnByName(RunningPlatform platform)
    {
        foreach (var protocols in (List<SslApplicationProtocol>?[])[[new("stun.turn")], [new("stun.turn"), SslApplicationProtocol.Http11], null])
        {
            await using var tls = await Tls(platform, protocols);
            await tls.WriteAsync(Allocate);
            var answer = new byte[200];
            var length = await tls.ReadAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(401, Code(answer[..length]));
        }
        await Assert.ThrowsAnyAsync<Exception>(() => Tls(platform, [new("stun.turn")], SslProtocols.Tls12));
    }

    static int Code(byte[] answer)
    {
        Assert.True(StunMessage.TryRead(answer, out var message));
        Assert.True(message.TryGet(StunAttribute.ErrorCode, out var error));
        return error[2] * 100 + error[3];
    }

    // Whatever is written where node and worker stand, the door connects to nobody for it.
    static async Task NamesNobody(RunningPlatform platform, MediaOffer offer)
    {
        var read = new OfferReader(offer.Sdp);
        foreach (var other in new[] { $"AQ{(read.Ufrag[2] == 'A' ? 'B' : 'A')}{read.Ufrag[3..]}", $"{read.Ufrag[..7]}{(read.Ufrag[7] == '/' ? '8' : '/')}{read.Ufrag[8..]}" })
        {
            using var page = await Connect(platform);
            var check = Check(other, read.Password);
            await page.SendAsync((byte[])[(byte)(check.Length >> 8), (byte)check.Length, .. check]);
            Assert.Equal(0, await Received(page));
        }
    }

    static async Task Strangers(RunningPlatform platform)
    {
        var strangers = new List<Socket>();
        foreach (var begin in (byte[][])[[0, 3], [0, 20, .. RandomNumberGenerator.GetBytes(20)], [7, 0xFF, .. new byte[100]], [0], []])
        {
            strangers.Add(await Connect(platform));
            if (begin.Length > 0) await strangers[^1].SendAsync(begin);
            else strangers[^1].Shutdown(SocketShutdown.Send);
        }
        await IsServed(platform);
        foreach (var stranger in strangers) Assert.Equal(0, await Received(stranger)); // half a frame within its five seconds
        // Of one address so many at once may be silent about whom they want; the others are closed at once.
        var crowd = new List<Socket>();
        for (var i = 0; i < 100; i++)
        {
            crowd.Add(await Connect(platform));
            await crowd[i].SendAsync(new byte[] { 0 });
        }
        await Eventually.True("strangers are too many", () => Task.FromResult(crowd.Count(one => one.Poll(0, SelectMode.SelectRead)) is >= 36 and < 100));
        await IsServed(platform);
        crowd.ForEach(one => one.Dispose());
    }

    static async Task NodeStandsStill(RunningPlatform platform)
    {
        var pid = (await platform.Ps())["media-2"];
        var offer = await Offer(platform, "media-2");
        await RunningPlatform.Signal("STOP", pid);
        try
        {
            var read = new OfferReader(offer.Sdp);
            var pages = new List<Socket>();
            for (var i = 0; i < 20; i++)
            {
                pages.Add(await Connect(platform));
                var check = Check(read.Ufrag, read.Password);
                await pages[i].SendAsync((byte[])[(byte)(check.Length >> 8), (byte)check.Length, .. check, .. new byte[100_000]]);
            }
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < 20; i++) await IsServed(platform);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
            await ComesByIce(platform, await Offer(platform, "media"));
            pages.ForEach(page => page.Dispose());
        }
        finally { await RunningPlatform.Signal("CONT", pid); }
    }

    [Fact]
    public void A_node_is_connected_to_where_it_was_asked_and_nowhere_else()
    {
        var asked = new Uri("https://192.0.2.7:5000");
        Assert.Equal(IPEndPoint.Parse("192.0.2.7:9000"), MediaNodes.End(["127.0.0.1:9000", "192.0.2.8:9000", "192.0.2.7:9000"], asked));
        Assert.Null(MediaNodes.End(["127.0.0.1:22", "192.0.2.8:9000", "[::1]:9000", "10.0.0.1:5432"], asked));
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:9000"), MediaNodes.End(["127.0.0.1:9000"], null));
        Assert.Null(MediaNodes.End(["192.0.2.8:9000"], null)); // no address of this machine
        Assert.Null(MediaNodes.End(["127.0.0.1:9000"], new Uri("https://media.example:5000")));
    }

    static async Task IsServed(RunningPlatform platform)
    {
        using var http = DoorTrust.Client(platform.Door); // with a connection of its own
        using var response = await http.GetAsync("/healthz").WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(response.IsSuccessStatusCode);
    }

    static async Task<MediaOffer> Offer(RunningPlatform platform, string node)
    {
        var (call, participant) = (new CallId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch)), new ParticipantId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch)));
        return (await Inside.Client<IMediaClient>(platform, node, "signaling").Offer(new MakeOffer(call, participant, 1, 1), CancellationToken.None)).Value!;
    }

    static async Task<Socket> Connect(RunningPlatform platform)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, platform.Door.Port);
        return socket;
    }

    static async Task<int> Received(Socket socket)
    {
        try { return await socket.ReceiveAsync(new byte[100].AsMemory()).AsTask().WaitAsync(TimeSpan.FromSeconds(20)); }
        catch (SocketException over) when (over.SocketErrorCode == SocketError.ConnectionReset) { return 0; }
    }

    static async Task<SslStream> Tls(RunningPlatform platform, List<SslApplicationProtocol>? protocols, SslProtocols version = SslProtocols.None)
    {
        var tls = new SslStream(new NetworkStream(await Connect(platform), ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost", ApplicationProtocols = protocols, EnabledSslProtocols = version,
            RemoteCertificateValidationCallback = (_, shown, _, _) => DoorTrust.Certificate.Equals(shown),
        });
        return tls;
    }

    // As tests/Router does it, but inside TLS. What it prints until it has said that, or gives up by itself: it waits for long for echoes that don't come.
    static async Task<string> Coturn(RunningPlatform platform, IceServer server, IPEndPoint peer, string until)
    {
        using var program = Process.Start(new ProcessStartInfo("stdbuf", ["-oL", "turnutils_uclient", "-S", "-t", "-v", "-c", "-s", "-m", "1", "-n", "5", "-l", "100", "-u", server.Username, "-w", server.Credential,
            "-e", $"{peer.Address}", "-r", $"{peer.Port}", "-p", $"{platform.Door.Port}", "127.0.0.1"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = new StringBuilder();
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (!said.ToString().Contains(until, StringComparison.Ordinal) && await program.StandardOutput.ReadLineAsync(limit.Token) is { } line) said.AppendLine(line);
        }
        catch (OperationCanceledException) { }
        program.Kill();
        return said.ToString();
    }

    static byte[] Check(string ufrag, string password)
    {
        var datagram = new byte[500];
        var writer = new StunWriter(datagram);
        writer.Begin(StunClass.Request, StunMethod.Binding, RandomNumberGenerator.GetBytes(12));
        writer.AddUsername(Encoding.ASCII.GetBytes($"{ufrag}:page"));
        writer.Add(StunAttribute.Priority, 1u);
        writer.AddIntegrity(Encoding.ASCII.GetBytes(password));
        writer.AddFingerprint();
        return datagram[..writer.Length];
    }
}

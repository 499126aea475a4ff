using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using FirstRing.Host;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>The sockets that the processes really listen on, against the inventory: none more, none fewer.</summary>
public sealed class EveryListener
{
    /// <summary>One socket that the inventory says there is; any port where none is known beforehand.</summary>
    sealed record Place(string Transport, IPAddress Address, int? Port)
    {
        public bool Holds(OpenSocket socket) => socket.Transport == Transport && socket.Address.Equals(Address) && (Port is null || Port == socket.Port);
    }

    [Theory]
    [InlineData(false, Dialects.Sqlite)]
    [InlineData(true, Dialects.Sqlite)]
    [InlineData(true, Dialects.Postgres)]
    public async Task No_process_listens_on_what_the_inventory_does_not_hold(bool split, Dialects store)
    {
        Slow.OnlyWithAll(split && store == Dialects.Sqlite); // the same fleet as on PostgreSQL, without its connections
        await using var platform = await RunningPlatform.Start(split, store == Dialects.Postgres ? (await PostgresCluster.Shared).Url : null);
        await platform.DemoVisit(); // whatever opens late is open now
        var running = await platform.Ps();
        foreach (var (target, pid) in running)
        {
            var (unlisted, missing) = Compare(PlacesOf(platform, target), OpenSockets.Of(pid));
            Assert.True(unlisted.Count == 0, $"{target} listens on what docs/security/listeners.md does not hold: {string.Join(", ", unlisted)}");
            Assert.True(missing.Count == 0, $"{target} does not listen on {string.Join(", ", missing)}");
        }
        foreach (var other in platform.Processes().Except(running.Values)) Assert.Empty(OpenSockets.Of(other)); // the supervisor, and whatever else was started
    }

    [Fact]
    public void A_planted_listener_is_found()
    {
        using var tcp = new TcpListener(IPAddress.Loopback, 0);
        tcp.Start();
        using var udp = new UdpClient(new IPEndPoint(IPAddress.Any, 0));
        var sockets = OpenSockets.Of(Environment.ProcessId);
        var planted = new[] { tcp.LocalEndpoint, udp.Client.LocalEndPoint }.Cast<IPEndPoint>().Select(end => end.Port).ToList();
        var (unlisted, missing) = Compare([new Place("TCP", IPAddress.Loopback, planted[0] ^ 1)], sockets);
        Assert.Equal(planted, unlisted.Where(socket => planted.Contains(socket.Port)).Select(socket => socket.Port));
        Assert.Single(missing);
    }

    [Fact]
    public async Task The_page_shows_the_inventory_as_it_is()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "security", "listeners.md"));
        var from = text.IndexOf("<!-- table -->", StringComparison.Ordinal) + "<!-- table -->".Length;
        Assert.Equal(Listeners.Render().Trim(), text[from..text.IndexOf("<!-- /table -->", StringComparison.Ordinal)].Trim());
    }

    static (List<OpenSocket> Unlisted, List<Place> Missing) Compare(IEnumerable<Place> places, IEnumerable<OpenSocket> sockets)
    {
        var (missing, unlisted) = (places.ToList(), new List<OpenSocket>());
        foreach (var socket in sockets)
            if (missing.FirstOrDefault(place => place.Holds(socket)) is { } place) missing.Remove(place);
            else unlisted.Add(socket);
        return (unlisted, missing);
    }

    static List<Place> PlacesOf(RunningPlatform platform, string target)
    {
        var inside = JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(Path.Combine(platform.Data, "addresses.json")))!;
        return [.. Listeners.Of(target, alone: !platform.Split).SelectMany(IEnumerable<Place> (listener) => listener.Name switch
        {
            // One process was started with --port 0 and has no ::1; a fleet's supervisor gives the gateway its port.
            "door" => [new("TCP", IPAddress.Loopback, platform.Door.Port), .. platform.Split && File.Exists("/proc/net/if_inet6") ? [new("TCP", IPAddress.IPv6Loopback, platform.Door.Port)] : Array.Empty<Place>()],
            "inside" => [new("TCP", IPAddress.Loopback, inside[platform.Split ? target : "media"])],
            "media" => MediaAddresses().SelectMany(address => Enumerable.Repeat(new Place("UDP", address, null), Environment.ProcessorCount)),
            "media-tcp" => MediaAddresses().SelectMany(address => Enumerable.Repeat(new Place("TCP", address, null), Environment.ProcessorCount)),
            _ => throw new InvalidOperationException($"The test does not know where {listener.Name} is."),
        })];
    }

    static IEnumerable<IPAddress> MediaAddresses() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(one => one.OperationalStatus == OperationalStatus.Up && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address)
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork).Prepend(IPAddress.Loopback);
}

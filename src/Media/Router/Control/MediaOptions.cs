using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace FirstRing.Media.Router.Control;

/// <summary>What a media node is told at start.</summary>
internal sealed record MediaOptions
{
    public const string InProcess = "in-process";

    /// <summary>The node's name in placement.</summary>
    public string Node { get; init; } = "media-1";

    public string Region { get; init; } = "local";

    /// <summary>Where signaling finds this node's contract.</summary>
    public string Address { get; init; } = InProcess;

    /// <summary>Addresses that go into the offers; a worker binds a UDP and a TCP socket on each.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [IPAddress.Loopback];

    /// <summary>The first worker's UDP port, the next ones follow; 0 takes free ones.</summary>
    public int Port { get; init; }

    /// <summary>The first worker's TCP port, the next ones follow; null is the same number as UDP, 0 takes free ones.</summary>
    public int? TcpPort { get; init; }

    public int Workers { get; init; } = 1;

    /// <summary>The folder that recordings are written to; null where none are.</summary>
    public string? Recordings { get; init; }

    /// <summary>Pins worker n to core n of this list; empty leaves it to the scheduler.</summary>
    public IReadOnlyList<int> Cores { get; init; } = [];

    /// <summary>Forwarded packets a second that one worker is trusted with; its load is measured against it.</summary>
    public int PacketsPerWorker { get; init; } = 150_000;

    public static MediaOptions Read(IConfiguration settings)
    {
        var named = settings.GetSection("Addresses").GetChildren().Select(child => IPAddress.Parse(child.Value!)).ToList();
        return new MediaOptions
        {
            Node = settings["Node"] ?? "media-1",
            Region = settings["Region"] ?? "local",
            Address = settings["Address"] ?? InProcess,
            Addresses = named.Count > 0 ? named : [IPAddress.Loopback, .. OwnAddresses()],
            Port = int.Parse(settings["Port"] ?? "0"),
            TcpPort = settings["TcpPort"] is { } tcp ? int.Parse(tcp) : null,
            Workers = Math.Clamp(int.Parse(settings["Workers"] ?? $"{Environment.ProcessorCount}"), 1, Environment.ProcessorCount),
        };
    }

    private static IEnumerable<IPAddress> OwnAddresses() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(one => one.OperationalStatus == OperationalStatus.Up && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(one => one.GetIPProperties().UnicastAddresses)
        .Select(one => one.Address)
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork);
}

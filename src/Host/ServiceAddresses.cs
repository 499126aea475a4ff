using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Text.Json;

namespace FirstRing.Host;

/// <summary>The loopback port at which each service is asked by others, from <c>addresses.json</c>; in one process all have the same.</summary>
internal sealed class ServiceAddresses(IReadOnlyDictionary<string, int> ports)
{
    static string File(DataFolder folder) => folder.At("addresses.json");

    public static ServiceAddresses Read(DataFolder folder) =>
        new(JsonSerializer.Deserialize(System.IO.File.ReadAllText(File(folder)), HostJson.Default.DictionaryStringInt32)!);

    public static void Write(DataFolder folder, Dictionary<string, int> ports) =>
        DataFolder.WriteSecret(File(folder), JsonSerializer.Serialize(ports, HostJson.Default.DictionaryStringInt32));

    /// <summary>Every node of a service that has several.</summary>
    public IReadOnlyList<Uri?> NodesOf(string service) => [.. ports.Keys.Where(target => Targets.ServiceOf(target) == service).Order(StringComparer.Ordinal).Select(AddressOf)];

    public int PortOf(string target) => ports[target];
    public Uri AddressOf(string service) => new($"https://127.0.0.1:{PortOf(service)}");
}

/// <summary>
/// Ports that nobody listens on, below the range that the system hands to outgoing connections: one of those could sit on a service's port in the moment in
/// which the service is started again.
/// </summary>
internal sealed class FreePorts
{
    const int First = 10_240, FirstGivenOut = 32_768;

    readonly HashSet<int> _taken = [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(listener => listener.Port)];
    readonly int _end = OutgoingFrom() is > First + 1000 and var from ? from : FirstGivenOut;

    public int Next()
    {
        while (true)
            if (RandomNumberGenerator.GetInt32(First, _end) is var port && _taken.Add(port)) return port;
    }

    static int OutgoingFrom()
    {
        const string setting = "/proc/sys/net/ipv4/ip_local_port_range";
        return File.Exists(setting) ? int.Parse(File.ReadAllText(setting).Split('\t', ' ')[0], CultureInfo.InvariantCulture) : FirstGivenOut;
    }
}

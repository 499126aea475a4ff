using System.Net;
using System.Net.Sockets;

namespace FirstRing.Platform.Egress;

/// <summary>
/// Which addresses a service may connect to. Public ones are an allow-list: for IPv6 only global unicast (2000::/3), so that every form that carries an IPv4
/// address inside (mapped, 6to4, Teredo, NAT64) is out; from both families what the IANA special-purpose registries (RFC 6890) name is taken out.
/// </summary>
public static class AddressRules
{
    static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    static readonly IPNetwork[] Special =
    [.. new[]
    {
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    }.Select(text => IPNetwork.Parse(text))];

    // Loopback, RFC 1918 and unique local ones. Never link-local, never shared space: there the clouds have their metadata.
    static readonly IPNetwork[] OnPremise = [.. new[] { "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7" }.Select(text => IPNetwork.Parse(text))];

    static readonly IPAddress[] Metadata = [IPAddress.Parse("169.254.169.254"), IPAddress.Parse("fd00:ec2::254")];

    public static bool IsPublic(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !Special.Any(network => network.Contains(address)),
        AddressFamily.InterNetworkV6 => address.ScopeId == 0 && !address.IsIPv4MappedToIPv6 && GlobalUnicast.Contains(address) && !Special.Any(network => network.Contains(address)),
        _ => false,
    };

    /// <summary>Whether a host that the operator named as one of their own may have this address.</summary>
    public static bool IsOnPremise(IPAddress address) =>
        !address.IsIPv4MappedToIPv6 && address is not { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } && OnPremise.Any(network => network.Contains(address)) && !Metadata.Contains(address);
}

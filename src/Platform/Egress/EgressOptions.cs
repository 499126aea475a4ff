using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;

namespace FirstRing.Platform.Egress;

/// <summary>
/// <paramref name="PrivateHosts"/>: hosts of the operator's own that may have private addresses (they need an agreement all the same).
/// <paramref name="Roots"/>: certificate authorities to trust instead of the system's; null for the system's.
/// </summary>
public sealed record EgressOptions(IReadOnlySet<string> PrivateHosts, X509Certificate2Collection? Roots)
{
    /// <summary>Asked once per connection: what it answers is checked and what was checked is connected to.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>From <c>Egress:PrivateHosts:0…</c> and <c>Egress:Roots</c> (a PEM file) of a module's section.</summary>
    public static EgressOptions From(IConfiguration settings)
    {
        var section = settings.GetSection("Egress");
        X509Certificate2Collection? roots = null;
        if (section["Roots"] is { Length: > 0 } file) (roots = []).ImportFromPemFile(file);
        return new EgressOptions(section.GetSection("PrivateHosts").GetChildren().Select(host => host.Value!.ToLowerInvariant()).ToHashSet(), roots);
    }
}

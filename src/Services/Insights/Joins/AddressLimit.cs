using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace FirstRing.Insights.Joins;

/// <summary>How often one address may report. Generous, for a whole clinic may sit behind one; addresses are held in memory only.</summary>
internal sealed class AddressLimit : IDisposable
{
    public const int PerMinute = 240;

    readonly PartitionedRateLimiter<IPAddress?> _limiter = PartitionedRateLimiter.Create<IPAddress?, string>(address => RateLimitPartition.GetFixedWindowLimiter(
        Partition(address), _ => new FixedWindowRateLimiterOptions { PermitLimit = PerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));

    public bool Take(IPAddress? address)
    {
        using var lease = _limiter.AttemptAcquire(address);
        return lease.IsAcquired;
    }

    /// <summary>An IPv6 subscriber has a /64 of addresses to choose from (RFC 6177): it counts as one.</summary>
    internal static string Partition(IPAddress? address) => address switch
    {
        null => "none",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };

    public void Dispose() => _limiter.Dispose();
}

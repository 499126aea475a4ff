using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using FirstRing.Platform.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;

namespace FirstRing.Platform.Http;

/// <summary>
/// On a route, or a group of them: how often a minute one address may ask there, counted under <paramref name="Name"/>. For doors that open to anyone; generous,
/// for a whole clinic may sit behind one address. Addresses are held in memory only.
/// </summary>
public sealed record PerAddress(string Name, int PerMinute)
{
    /// <summary>The limiter of all routes that carry one. A request that was made in this process has no address and is not counted.</summary>
    public static PartitionedRateLimiter<HttpContext> Limiter() => PartitionedRateLimiter.Create<HttpContext, (string, string)>(http =>
        http.GetEndpoint()?.Metadata.GetMetadata<PerAddress>() is { } limit && http.Connection.RemoteIpAddress is { } address
            ? RateLimitPartition.GetFixedWindowLimiter((limit.Name, Subscriber(address)),
                _ => new FixedWindowRateLimiterOptions { PermitLimit = limit.PerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 })
            : RateLimitPartition.GetNoLimiter(("", "")));

    /// <summary>What is said to who was refused: 429 where they ask too often, 503 where the service has too much to do.</summary>
    public static async ValueTask Refuse(OnRejectedContext context, CancellationToken stop)
    {
        var tooOften = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out _);
        await (tooOften ? Problem.TooMany : Problem.Busy).ExecuteAsync(context.HttpContext);
    }

    /// <summary>An IPv6 subscriber has a /64 of addresses to choose from (RFC 6177): it counts as one.</summary>
    public static string Subscriber(IPAddress? address) => address switch
    {
        null => "none",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };
}

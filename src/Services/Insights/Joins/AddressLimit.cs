using System.Net;
using System.Threading.RateLimiting;
using FirstRing.Platform.Http;

namespace FirstRing.Insights.Joins;

/// <summary>How often one address may report. Generous, for a whole clinic may sit behind one; addresses are held in memory only.</summary>
internal sealed class AddressLimit : IDisposable
{
    public const int PerMinute = 240;

    readonly PartitionedRateLimiter<IPAddress?> _limiter = PartitionedRateLimiter.Create<IPAddress?, string>(address => RateLimitPartition.GetFixedWindowLimiter(
        PerAddress.Subscriber(address), _ => new FixedWindowRateLimiterOptions { PermitLimit = PerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));

    public bool Take(IPAddress? address)
    {
        using var lease = _limiter.AttemptAcquire(address);
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}

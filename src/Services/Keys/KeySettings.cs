using Microsoft.Extensions.Configuration;

namespace FirstRing.Keys;

/// <summary><paramref name="Stores"/>: every service that has a store. A clinic's key gets a new version after <paramref name="RotateAfter"/>; an older one is kept for
/// <paramref name="KeepOld"/> after it was followed, so that a backup from before still opens; a destruction can be cancelled for <paramref name="CancelWindow"/>.</summary>
internal sealed record KeySettings(IReadOnlyList<string> Stores, TimeSpan RotateAfter, TimeSpan KeepOld, TimeSpan CancelWindow)
{
    /// <summary>Days: <c>RotateAfterDays</c> 90, <c>KeepOldDays</c> 35, <c>CancelDays</c> 7. No old version is retired within the two minutes in which a key may still be on its way
    /// into a store.</summary>
    public static KeySettings From(IConfiguration settings) => new(
        settings.GetSection("Stores").Get<string[]>() ?? [],
        Days(settings, "RotateAfterDays", 90),
        Days(settings, "KeepOldDays", 35) is var keep && keep > Soonest ? keep : Soonest,
        Days(settings, "CancelDays", 7));

    static readonly TimeSpan Soonest = TimeSpan.FromMinutes(2);

    static TimeSpan Days(IConfiguration settings, string name, double days) => TimeSpan.FromDays(settings.GetValue<double?>(name) ?? days);
}

using System.Globalization;
using FirstRing.Platform.Ids;

namespace FirstRing.Notifications.Templates;

/// <summary>A moment as the clinic's clock shows it, and the city of that clock.</summary>
internal sealed record ClinicTime(string Day, string Time, string City)
{
    /// <param name="at">UTC microseconds.</param>
    /// <param name="zone">An IANA time zone id.</param>
    public static ClinicTime Of(long at, string zone)
    {
        var clock = TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known) ? known : TimeZoneInfo.Utc;
        var local = TimeZoneInfo.ConvertTime(Instant.At(at), clock);
        return new ClinicTime(local.ToString("dddd, MMMM d", CultureInfo.InvariantCulture), local.ToString("h:mm tt", CultureInfo.InvariantCulture),
            clock.Id[(clock.Id.LastIndexOf('/') + 1)..].Replace('_', ' '));
    }
}

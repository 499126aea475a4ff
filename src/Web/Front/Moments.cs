using System.Globalization;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;

namespace FirstRing.Web.Front;

/// <summary>Instants as a clinic's people say them, in the clinic's zone.</summary>
internal static class Moments
{
    public static TimeZoneInfo ZoneOf(Tenant tenant) => TimeZoneInfo.TryFindSystemTimeZoneById(tenant.Zone, out var zone) ? zone : TimeZoneInfo.Utc;

    public static string Time(long at, TimeZoneInfo zone) => Local(at, zone).ToString("h:mm tt", CultureInfo.InvariantCulture);

    public static string Day(long at, TimeZoneInfo zone) => Local(at, zone).ToString("dddd, MMMM d", CultureInfo.InvariantCulture);

    public static string Date(long at, TimeZoneInfo zone) => Local(at, zone).ToString("MMMM d, yyyy", CultureInfo.InvariantCulture);

    public static string DateAndTime(long at, TimeZoneInfo zone) => Local(at, zone).ToString("MMM d, h:mm tt", CultureInfo.InvariantCulture);

    /// <summary>The zone's city, as its id has it.</summary>
    public static string City(TimeZoneInfo zone) => zone.Id[(zone.Id.LastIndexOf('/') + 1)..].Replace('_', ' ');

    public static DateTimeOffset Local(long at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(Instant.At(at), zone);

    /// <summary>The clinic's day that holds <paramref name="now"/>, as [from, to).</summary>
    public static (long From, long To) Today(DateTimeOffset now, TimeZoneInfo zone)
    {
        var day = TimeZoneInfo.ConvertTime(now, zone).Date;
        return (FromLocal(day, zone), FromLocal(day.AddDays(1), zone));
    }

    /// <summary>A wall-clock time of the clinic. One that the spring change skips is taken an hour later.</summary>
    public static long FromLocal(DateTime local, TimeZoneInfo zone)
    {
        var wall = DateTime.SpecifyKind(zone.IsInvalidTime(local) ? local.AddHours(1) : local, DateTimeKind.Unspecified);
        return Instant.Microseconds(new DateTimeOffset(wall, zone.GetUtcOffset(wall)));
    }
}

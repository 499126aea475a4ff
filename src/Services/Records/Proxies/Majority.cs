namespace FirstRing.Records.Proxies;

/// <summary>When somebody comes of age: as the day of that birthday begins where the clinic is.</summary>
internal static class Majority
{
    /// <summary>In UTC microseconds. Whoever was born on 29 February has their birthday on 1 March where the year has no such day. Where clocks skip midnight the day begins
    /// with its first instant, where they go through it twice with the first time.</summary>
    public static long At(DateOnly born, int years, TimeZoneInfo zone)
    {
        var midnight = Birthday(born, born.Year + years).ToDateTime(TimeOnly.MinValue);
        // Midnight by the offset of the day before and of the day after: where clocks change then, one of the two is another day still, or the second midnight.
        var first = new[] { midnight.AddDays(-1), midnight.AddDays(1) }.Select(day => new DateTimeOffset(midnight, zone.GetUtcOffset(day))).Order().ToList();
        return Platform.Ids.Instant.Microseconds(first.Find(at => TimeZoneInfo.ConvertTime(at, zone).DateTime >= midnight) is var found && found != default ? found : first[^1]);
    }

    static DateOnly Birthday(DateOnly born, int year) => born is { Month: 2, Day: 29 } && !DateTime.IsLeapYear(year) ? new DateOnly(year, 3, 1) : new DateOnly(year, born.Month, born.Day);
}

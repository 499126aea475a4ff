using FirstRing.Platform.Ids;
using FirstRing.Records.Proxies;

namespace FirstRing.Tests.Records;

/// <summary>When a minor comes of age: the day begins where the clinic is, whatever clocks do there and wherever the server stands.</summary>
public sealed class MajorityTests
{
    [Theory]
    [InlineData("2009-06-15", 18, "America/Chicago", "2027-06-15T05:00:00Z")] // summer time there
    [InlineData("2009-12-15", 18, "America/Chicago", "2027-12-15T06:00:00Z")]
    [InlineData("2009-06-15", 18, "Pacific/Kiritimati", "2027-06-14T10:00:00Z")] // the day before in UTC
    [InlineData("2009-06-15", 18, "Pacific/Pago_Pago", "2027-06-15T11:00:00Z")]
    [InlineData("2009-06-15", 19, "America/Chicago", "2028-06-15T05:00:00Z")]
    [InlineData("2009-06-15", 21, "Europe/Berlin", "2030-06-14T22:00:00Z")]
    [InlineData("2008-02-29", 18, "Etc/UTC", "2026-03-01T00:00:00Z")] // no such day in 2026
    [InlineData("2008-02-29", 18, "Pacific/Auckland", "2026-02-28T11:00:00Z")]
    [InlineData("2008-02-29", 20, "Etc/UTC", "2028-02-29T00:00:00Z")]
    [InlineData("2009-02-28", 19, "Etc/UTC", "2028-02-28T00:00:00Z")]
    [InlineData("2010-03-01", 18, "Etc/UTC", "2028-03-01T00:00:00Z")]
    [InlineData("1999-10-15", 18, "America/Sao_Paulo", "2017-10-15T03:00:00Z")] // clocks skip midnight: the day begins at 01:00
    [InlineData("2004-03-27", 18, "Asia/Beirut", "2022-03-26T22:00:00Z")]
    [InlineData("2001-11-03", 18, "America/Havana", "2019-11-03T04:00:00Z")] // midnight comes twice: the first one
    [InlineData("2008-12-31", 18, "Asia/Kolkata", "2026-12-30T18:30:00Z")]
    public void The_birthday_begins_at_midnight_where_the_clinic_is(string born, int years, string zone, string at) =>
        Assert.Equal(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture),
            Instant.At(Majority.At(DateOnly.ParseExact(born, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), years, TimeZoneInfo.FindSystemTimeZoneById(zone))));

    [Fact]
    public void The_instant_before_is_the_day_before_in_every_zone()
    {
        // Every zone of the machine, birthdays over four years: the instant is that local day's, and a microsecond before it is not.
        foreach (var zone in TimeZoneInfo.GetSystemTimeZones())
            foreach (var born in (IEnumerable<DateOnly>)[.. Enumerable.Range(0, 4 * 53).Select(week => new DateOnly(2004, 1, 1).AddDays(week * 7)), new(2004, 2, 29), new(2008, 2, 29)])
            {
                var at = Instant.At(Majority.At(born, 18, zone));
                var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);
                var before = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at.AddMicroseconds(-1), zone).DateTime);
                var birthday = born.AddDays(1).AddYears(18).AddDays(-1); // of 29 February the day before 1 March, or itself
                Assert.True(day == (born is { Month: 2, Day: 29 } && !DateTime.IsLeapYear(day.Year) ? new DateOnly(day.Year, 3, 1) : birthday) && before < day, $"{zone.Id}: {born} on {day}, before it {before}");
            }
    }
}

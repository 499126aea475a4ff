using System.Globalization;
using FirstRing.Platform.Ids;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Clinician;

/// <summary>The form for a new patient and visit. It comes back with everything that was typed and what to do about each field.</summary>
internal sealed record NewVisitForm
{
    const int LongestName = 100, LongestEmail = 254;

    public string Key { get; init; } = Token.New();
    public string GivenName { get; init; } = "";
    public string FamilyName { get; init; } = "";
    public string BirthDate { get; init; } = "";
    public string Email { get; init; } = "";
    public bool Later { get; init; }
    public string At { get; init; } = "";
    public int Minutes { get; init; } = 20;

    /// <summary>Field name to key of the text that says what to do.</summary>
    public Dictionary<string, string> Errors { get; } = [];

    public DateOnly Born => DateOnly.ParseExact(BirthDate, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static NewVisitForm Read(IFormCollection form, DateTimeOffset now, TimeZoneInfo zone)
    {
        var read = new NewVisitForm
        {
            Key = form["key"].ToString() is { Length: >= 16 and <= 64 } key ? key : Token.New(),
            GivenName = form["given"].ToString().Trim(),
            FamilyName = form["family"].ToString().Trim(),
            BirthDate = form["born"].ToString().Trim(),
            Email = form["email"].ToString().Trim(),
            Later = form["when"] == "later",
            At = form["at"].ToString().Trim(),
            Minutes = int.TryParse(form["minutes"], CultureInfo.InvariantCulture, out var minutes) && minutes is >= 5 and <= 240 ? minutes : 20,
        };
        if (read.GivenName.Length is 0 or > LongestName) read.Errors["given"] = "new.error.given";
        if (read.FamilyName.Length is 0 or > LongestName) read.Errors["family"] = "new.error.family";
        if (!DateOnly.TryParseExact(read.BirthDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var born)
            || born.Year < 1900 || born > DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).Date))
            read.Errors["born"] = "new.error.born";
        if (read.Email.Length > 0 && (read.Email.Length > LongestEmail || !read.Email.Contains('@'))) read.Errors["email"] = "new.error.email";
        if (read.Later && read.StartsAt(zone) is var at && (at is null || at < Instant.Microseconds(now))) read.Errors["at"] = "new.error.at";
        return read;
    }

    /// <summary>UTC microseconds; null for now, and for a time that cannot be read.</summary>
    public long? StartsAt(TimeZoneInfo zone) =>
        Later && DateTime.TryParseExact(At, ["yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? Moments.FromLocal(local, zone) : null;
}

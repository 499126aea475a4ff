using System.Globalization;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Ids;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Clinician;

/// <summary>The form for somebody who is to act for a patient. It comes back with everything that was typed and what to do about each field.</summary>
internal sealed record ProxyForm
{
    const int LongestName = 100, LongestRelation = 60, LongestEvidence = 1_000;

    public string Key { get; init; } = Token.New();
    public string GivenName { get; init; } = "";
    public string FamilyName { get; init; } = "";
    public string BirthDate { get; init; } = "";
    public string Relation { get; init; } = "";
    public ProxyBasis? Basis { get; init; }
    public IReadOnlyList<ProxyScope> Scopes { get; init; } = Enum.GetValues<ProxyScope>();
    public string LastDay { get; init; } = "";
    public string Evidence { get; init; } = "";

    /// <summary>Field name to key of the text that says what to do.</summary>
    public Dictionary<string, string> Errors { get; init; } = [];

    public DateOnly Born => Day(BirthDate)!.Value;

    /// <summary>As the day after the last one begins, in UTC microseconds; null for as long as it may.</summary>
    public long? Until(TimeZoneInfo zone) => Day(LastDay) is { } day ? Moments.FromLocal(day.AddDays(1).ToDateTime(TimeOnly.MinValue), zone) : null;

    public static ProxyForm Read(IFormCollection form, DateTimeOffset now, TimeZoneInfo zone)
    {
        var read = new ProxyForm
        {
            Key = form["key"].ToString() is { Length: >= 16 and <= 64 } key ? key : Token.New(),
            GivenName = form["given"].ToString().Trim(),
            FamilyName = form["family"].ToString().Trim(),
            BirthDate = form["born"].ToString().Trim(),
            Relation = form["relation"].ToString().Trim(),
            Basis = WireName.TryTo<ProxyBasis>(form["basis"].ToString(), out var basis) ? basis : null,
            Scopes = [.. form["scope"].OfType<string>().Where(name => WireName.TryTo<ProxyScope>(name, out _)).Select(WireName.To<ProxyScope>).Distinct()],
            LastDay = form["until"].ToString().Trim(),
            Evidence = form["evidence"].ToString().Trim(),
        };
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).Date);
        if (read.GivenName.Length is 0 or > LongestName) read.Errors["given"] = "new.error.given";
        if (read.FamilyName.Length is 0 or > LongestName) read.Errors["family"] = "new.error.family";
        if (Day(read.BirthDate) is not { Year: >= 1900 } born || born > today) read.Errors["born"] = "new.error.born";
        if (read.Relation.Length is 0 or > LongestRelation) read.Errors["relation"] = "proxies.error.relation";
        if (read.Basis is null) read.Errors["basis"] = "proxies.error.basis";
        if (read.Scopes.Count == 0) read.Errors["scope"] = "proxies.error.scope";
        if (read.LastDay.Length > 0 && (Day(read.LastDay) is not { Year: < 9999 } last || last < today)) read.Errors["until"] = "proxies.error.until";
        if (read.Evidence.Length > LongestEvidence) read.Errors["evidence"] = "proxies.error.evidence";
        return read;
    }

    /// <summary>The form with what a refusal says about its fields, to be sent as another one.</summary>
    public ProxyForm With(string refusal) => this with
    {
        Key = Token.New(),
        Errors = refusal switch
        {
            "proxy-end-wrong" => new() { ["until"] = "proxies.error.until" },
            "patient-of-age" => new() { ["basis"] = "proxies.error.of-age" },
            "birth-date-wrong" => new() { ["born"] = "new.error.born" },
            "relation-wrong" => new() { ["relation"] = "proxies.error.relation" },
            "evidence-wrong" => new() { ["evidence"] = "proxies.error.evidence" },
            "proxy-scope-missing" => new() { ["scope"] = "proxies.error.scope" },
            _ => new() { ["given"] = "new.error.form" },
        },
    };

    static DateOnly? Day(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}

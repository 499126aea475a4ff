using System.Globalization;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Admin;

/// <summary>The form for an agreement. It comes back with everything that was typed and what to do about it.</summary>
internal sealed record VendorForm
{
    public string Key { get; init; } = Token.New();

    /// <summary>The entry that is edited; empty for a new one.</summary>
    public string Id { get; init; } = "";
    public string Name { get; init; } = "";
    public string Agreement { get; init; } = "";
    public string From { get; init; } = "";
    public string Until { get; init; } = "";
    public IReadOnlyList<DataClass> DataClasses { get; init; } = [];
    public string Hosts { get; init; } = "";

    /// <summary>Field name and key of the text that says what to do; null while nothing is wrong.</summary>
    public (string Field, string Text)? Error { get; init; }

    public static VendorForm Of(Vendor vendor) => new()
    {
        Id = vendor.Id.ToString(),
        Name = vendor.Terms.Name,
        Agreement = vendor.Terms.Agreement,
        From = Iso(vendor.Terms.From),
        Until = Iso(vendor.Terms.Until),
        DataClasses = vendor.Terms.DataClasses,
        Hosts = string.Join('\n', vendor.Terms.Hosts),
    };

    public static VendorForm Read(IFormCollection form, string id = "") => new()
    {
        Key = form["key"].ToString() is { Length: >= 16 and <= 64 } key ? key : Token.New(),
        Id = id,
        Name = form["name"].ToString().Trim(),
        Agreement = form["agreement"].ToString().Trim(),
        From = form["from"].ToString().Trim(),
        Until = form["until"].ToString().Trim(),
        DataClasses = [.. form["class"].OfType<string>().Where(name => WireName.TryTo<DataClass>(name, out _)).Select(WireName.To<DataClass>).Distinct()],
        Hosts = form["hosts"].ToString().Trim(),
    };

    /// <summary>Null where a day cannot be read.</summary>
    public VendorTerms? Terms() => Day(From) is { } from && Day(Until) is { } until
        ? new VendorTerms(Name, Agreement, from, until, DataClasses, Hosts.Split([' ', ',', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries))
        : null;

    /// <summary>The form with what a refusal says about its fields.</summary>
    public VendorForm With(string refusal) => this with
    {
        Error = refusal switch
        {
            "vendor-name-wrong" => ("name", "vendors.error.name"),
            "agreement-wrong" => ("agreement", "vendors.error.agreement"),
            "agreement-days-wrong" => ("until", "vendors.error.days"),
            "data-class-missing" => ("classes", "vendors.error.classes"),
            "hosts-wrong" => ("hosts", "vendors.error.hosts"),
            _ => ("name", "vendors.error.form"),
        },
    };

    static DateOnly? Day(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
    public static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

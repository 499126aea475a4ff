using System.Globalization;
using System.Security.Cryptography;

namespace FirstRing.Tests.Harness.Leaks;

/// <summary>A text that must be found nowhere. <paramref name="What"/> says where it was planted; <paramref name="Core"/> is the random part of it, which
/// survives whatever is done to the letters around it.</summary>
public sealed record Marker(string What, string Text, string? Core = null);

/// <summary>The markers of one run, fresh in each, so that a hit can only be of this run.</summary>
public sealed class Planted
{
    static readonly string[] Spelt = ["yyyy-MM-dd", "dd.MM.yyyy", "MM/dd/yyyy", "dd/MM/yyyy", "d MMM yyyy", "MMMM d, yyyy"];

    readonly List<Marker> _all = [];

    public IReadOnlyList<Marker> All => _all;

    /// <summary>A text around a random core, which stands at <c>{0}</c>.</summary>
    public string Text(string what, string around = "{0}")
    {
        var core = char.ToUpperInvariant(Letters(1)[0]) + Letters(10);
        return Add(what, string.Format(CultureInfo.InvariantCulture, around, core), core);
    }

    /// <summary>Random digits after <paramref name="prefix"/>, as in a phone number.</summary>
    public string Digits(string what, string prefix, int count)
    {
        var core = RandomNumberGenerator.GetString("123456789", count);
        return Add(what, prefix + core, core);
    }

    /// <summary>A day long ago; each of its spellings is a marker.</summary>
    public DateOnly Day(string what)
    {
        var day = new DateOnly(1921, 1, 1).AddDays(RandomNumberGenerator.GetInt32(13_000));
        foreach (var text in Spelt.Select(spelt => day.ToString(spelt, CultureInfo.InvariantCulture)).Distinct()) Add($"{what} as {text}", text, null);
        return day;
    }

    string Add(string what, string text, string? core)
    {
        _all.Add(new Marker(what, text, core));
        return text;
    }

    static string Letters(int count) => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", count);
}

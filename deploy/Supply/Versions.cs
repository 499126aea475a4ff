using System.Numerics;

namespace FirstRing.Supply;

/// <summary>
/// Versions in the order of their ecosystem. npm: SemVer 2.0.0 §11, three numbers, identifiers compared by their ASCII codes. NuGet: the same with up to four
/// numbers, missing ones zero, and identifiers compared without case. Build metadata never counts.
/// </summary>
public sealed class PackageVersion
{
    /// <summary>In order; none comes before all.</summary>
    public static readonly IComparer<PackageVersion?> Ascending = Comparer<PackageVersion?>.Create((one, other) => one is null ? other is null ? 0 : -1 : one.CompareTo(other));

    readonly BigInteger[] _numbers;
    readonly string[] _labels;
    readonly StringComparer _order;

    PackageVersion(BigInteger[] numbers, string[] labels, StringComparer order) => (_numbers, _labels, _order) = (numbers, labels, order);

    /// <exception cref="FormatException">It is not a version of that ecosystem.</exception>
    public static PackageVersion Parse(string text, Ecosystem ecosystem)
    {
        var bare = text.Split('+', 2)[0].TrimStart('v', '=');
        var (core, labels) = bare.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash ? (bare[..dash], bare[(dash + 1)..].Split('.')) : (bare, []);
        var parts = core.Split('.');
        if (parts.Length > (ecosystem == Ecosystem.NuGet ? 4 : 3) || parts.Any(part => !IsNumber(part)) || labels.Any(label => label.Length == 0))
            throw new FormatException("That is not a version.");
        var numbers = new BigInteger[4];
        for (var i = 0; i < parts.Length; i++) numbers[i] = BigInteger.Parse(parts[i]);
        return new PackageVersion(numbers, labels, ecosystem == Ecosystem.NuGet ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
    }

    public int CompareTo(PackageVersion? other)
    {
        if (other is null) return 1;
        for (var i = 0; i < _numbers.Length; i++)
            if (_numbers[i].CompareTo(other._numbers[i]) is not 0 and var byNumber) return byNumber;
        // A release comes after all its pre-releases.
        if (_labels.Length == 0 || other._labels.Length == 0) return other._labels.Length.CompareTo(_labels.Length);
        foreach (var (mine, theirs) in _labels.Zip(other._labels))
            if (CompareLabels(mine, theirs) is not 0 and var byLabel) return byLabel;
        return _labels.Length.CompareTo(other._labels.Length);
    }

    int CompareLabels(string mine, string theirs) => (IsNumber(mine), IsNumber(theirs)) switch
    {
        (true, true) => BigInteger.Parse(mine).CompareTo(BigInteger.Parse(theirs)),
        (true, false) => -1,
        (false, true) => 1,
        _ => _order.Compare(mine, theirs),
    };

    static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
}

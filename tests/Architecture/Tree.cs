using System.Text.RegularExpressions;

namespace FirstRing.Tests.Architecture;

/// <summary>What git holds: no scratch files, no place of one machine, no registry's host.</summary>
public sealed partial class Tree
{
    [GeneratedRegex(@"(^|/)(todo|notes?|plan|scratch|tmp|temp|debug|draft|old|wip|copy)(\.\w+)?$|\.(log|patch|diff|orig|rej|bak|tmp|swp|trx|dmp|user)$|~$|(^|/)(bin|obj|node_modules|\.vs|\.idea)/", RegexOptions.IgnoreCase)]
    private static partial Regex Scratch();

    [GeneratedRegex(@"(?<![\w.~-])/(?:work|home|root|Users)/\w|/tmp/\w+/|[A-Z]:\\\\?Users|nuget\.org|npmjs\.org|pypi\.org|proxy\.golang\.org", RegexOptions.IgnoreCase)]
    private static partial Regex Place();

    static readonly HashSet<string> Binary = [".png", ".ico", ".woff2", ".wav", ".y4m", ".bin", ".jpg", ".webp"];

    [Fact]
    public void Git_holds_no_scratch_file() => Assert.Empty(House.Tracked().Where(file => Scratch().IsMatch(file)));

    [Theory, InlineData("docs/notes.md"), InlineData("TODO"), InlineData("src/A.cs.orig"), InlineData("fix.patch"), InlineData("src/Host/bin/x.dll")]
    public void A_planted_scratch_file_is_found(string file) => Assert.Matches(Scratch(), file);

    [Fact]
    public void No_file_names_a_place_of_one_machine_or_a_registry() => Assert.Empty(House.Tracked()
        .Where(file => !file.StartsWith("tests/Architecture/", StringComparison.Ordinal) && !Binary.Contains(Path.GetExtension(file)) && !file.StartsWith("fuzz/corpus/", StringComparison.Ordinal))
        .SelectMany(file => House.Text(file).Split('\n').Where(line => Place().IsMatch(line)).Select(line => $"{file}: {line.Trim()}")));

    [Theory, InlineData("see /work/main/x"), InlineData("\"/home/me/x\""), InlineData("https://api.nuget.org/v3/index.json"), InlineData("\"resolved\": \"https://registry.npmjs.org/a\"")]
    public void A_planted_place_is_found(string text) => Assert.Matches(Place(), text);
}

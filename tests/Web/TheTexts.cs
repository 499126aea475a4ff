using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using FirstRing.Web.Rendering;

namespace FirstRing.Tests.Web;

/// <summary>Every text is in the resources, and every resource is used.</summary>
public sealed partial class TheTexts
{
    static string Web([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "src", "Web"));

    static IEnumerable<string> Sources(params string[] endings) => Directory.EnumerateFiles(Web(), "*", SearchOption.AllDirectories)
        .Where(file => endings.Any(file.EndsWith) && !file.Contains("/node_modules/") && !file.Contains("/obj/") && !file.Contains("/bin/") && !file.Contains("/dist/"));

    static readonly Texts English = Texts.For("en");

    [Fact]
    public void Every_key_that_a_page_or_script_asks_for_is_there()
    {
        var asked = Sources(".razor", ".cs").SelectMany(file => ServerKey().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Concat(Sources(".ts", ".tsx").SelectMany(file => ScriptKey().Matches(File.ReadAllText(file)).Select(match => $"live.{match.Groups[1].Value}"))).ToHashSet();
        Assert.True(asked.Count > 80, $"only {asked.Count} keys found");
        Assert.Empty(asked.Where(key => !English.Has(key) && !English.Has($"shows.{key["live.".Length..]}")));
    }

    [Fact]
    public void Every_key_is_used()
    {
        var all = string.Join('\n', Sources(".razor", ".cs", ".ts", ".tsx").Select(File.ReadAllText));
        Assert.Empty(English.Keys.Where(key => !Families().IsMatch(key) && !all.Contains($"\"{key}\"") && !all.Contains($"\"{ShortOf(key)}\"")));
    }

    [Fact]
    public void A_language_has_no_key_that_English_lacks() =>
        Assert.All(Texts.Languages, language => Assert.Empty(Texts.For(language).Keys.Where(key => !English.Has(key))));

    [Fact]
    public void An_unknown_language_reads_English_and_the_page_says_which_it_is()
    {
        Assert.Equal("en", Texts.For("tlh, x;q=0.5").Language);
        Assert.Equal("ltr", Texts.For(null).Direction);
    }

    [Fact]
    public void What_a_script_is_given_cannot_end_its_element() => Assert.DoesNotContain("<", English.ForScript("live.", "</script><b>"));

    static string ShortOf(string key) => key.StartsWith("live.", StringComparison.Ordinal) ? key[5..] : key.StartsWith("shows.", StringComparison.Ordinal) ? key[6..] : key;

    [GeneratedRegex(@"(?:[Tt]exts\[|[Tt]exts\.With\()""([a-z.\-]+)""")]
    private static partial Regex ServerKey();

    [GeneratedRegex("""\bsay\("([a-z.\-]+)"\)""")]
    private static partial Regex ScriptKey();

    // Keys made of a stem and a value: the join states, how a recording stands and why it is over, roles, troubles, presence words, notices, roles and states of staff, ways of signing in, what was done, messages, emergencies, applications, proxies.
    [GeneratedRegex(@"^(live\.(h|p|rec|role|trouble|work\.state|work\.agreed|work\.purpose)\.|shows\.|notice\.|staff\.(state|role)\.|login\.way\.|password\.error\.|audit\.(action|role)\.|messages\.(state|template|why)\.|emergencies\.(state|verdict|end)\.|apps\.kind\.|scope\.|proxies\.(state|basis|scope)\.)|^live\.work\.(mic|cam|rec-\w[\w-]*)$")]
    private static partial Regex Families();
}

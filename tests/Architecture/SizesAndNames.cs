using System.Text.RegularExpressions;

namespace FirstRing.Tests.Architecture;

/// <summary>Files stay readable and names say something.</summary>
public sealed partial class SizesAndNames
{
    const int Longest = 500;

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum)\s+(?:struct\s+|class\s+)?([A-Z]\w*)")] private static partial Regex TypeName();
    [GeneratedRegex(@"(?:Manager|Helper|Utils?|Impl|Wrapper)$|^(?:Common|Base)|[a-z](?:Base|Common|Service|Info|Data)$|Session")] private static partial Regex BannedName();
    [GeneratedRegex(@"\b(\w+Async)\s*(?:<[^>]*>)?\(.*\)\s*(?:=>|\{|$)")] private static partial Regex AsyncName();

    // ASP.NET and BCL words that are overridden or called, not ours.
    static readonly HashSet<string> Framework = ["ExecuteAsync", "SendAsync", "StartAsync", "StopAsync", "WaitForStartAsync", "DisposeAsync"];

    internal static IEnumerable<string> TooLong(IEnumerable<(string File, string Text)> files) =>
        files.Where(file => file.Text.AsSpan().Count('\n') > Longest).Select(file => file.File);

    internal static IEnumerable<string> BadTypeNames(string text) => TypeName().Matches(text).Select(match => match.Groups[1].Value).Where(name => BannedName().IsMatch(name));

    [Fact]
    public void No_source_file_is_longer_than_500_lines() => Assert.Empty(TooLong(
        House.Files("src", ".cs", ".ts", ".tsx", ".css", ".sql", ".razor").Concat(House.Files("tests", ".cs")).Select(file => (file, House.Text(file)))));

    [Fact]
    public void A_planted_long_file_is_found() => Assert.Equal(["planted.cs"], TooLong([("planted.cs", new string('\n', Longest + 1)), ("short.cs", "\n")]));

    [Fact]
    public void No_type_has_a_name_that_says_nothing() =>
        Assert.Empty(House.Files("src", ".cs").SelectMany(file => BadTypeNames(StripText(House.Text(file))).Select(name => $"{file}: {name}")));

    [Theory, InlineData("class CallManager"), InlineData("record PatientInfo(int A)"), InlineData("interface ISessionStore"), InlineData("static class StringUtils")]
    public void A_planted_name_is_found(string planted) => Assert.NotEmpty(BadTypeNames(planted));

    [Fact]
    public void No_method_of_ours_is_called_async() => Assert.Empty(House.Files("src", ".cs").SelectMany(file =>
        File.ReadLines(Path.Combine(House.Root, file)).Where(line => DeclaresAsync(line)).Select(line => $"{file}: {line.Trim()}")));

    [Fact]
    public void A_planted_async_name_is_found() => Assert.True(DeclaresAsync("    internal Task<int> CountAsync(int a)"));

    static bool DeclaresAsync(string line) => line.TrimStart() is var text
        && (text.StartsWith("public ", StringComparison.Ordinal) || text.StartsWith("internal ", StringComparison.Ordinal) || text.StartsWith("private ", StringComparison.Ordinal) || text.StartsWith("static ", StringComparison.Ordinal) || text.StartsWith("async ", StringComparison.Ordinal))
        && AsyncName().Match(text) is { Success: true } match && !text[..match.Index].Contains("await", StringComparison.Ordinal) && !text[..match.Index].Contains('.', StringComparison.Ordinal)
        && !text[..match.Index].Contains("=>", StringComparison.Ordinal) && !Framework.Contains(match.Groups[1].Value);

    static string StripText(string text) => Comments().Replace(text, "");
    [GeneratedRegex(@"//.*|""[^""\n]*""")] private static partial Regex Comments();
}

using System.Text.RegularExpressions;

namespace FirstRing.Tests.Architecture;

/// <summary>The messages in docs/security/logging.md and those in the sources, both ways.</summary>
public sealed partial class LogInventory
{
    [GeneratedRegex("""\[LoggerMessage\(\d+, LogLevel\.(\w+), "((?:[^"\\]|\\.)*)"\)\]""")]
    private static partial Regex Message();

    [GeneratedRegex(@"\bLoggerMessage\(")]
    private static partial Regex Any();

    [GeneratedRegex(@"^\| `(src/[^`]+)` \| (\w+) \| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [Fact]
    public void The_inventory_is_what_the_code_logs()
    {
        var text = House.Text("docs/security/logging.md");
        var listed = Row().Matches(text).Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value} {row.Groups[3].Value}").Order(StringComparer.Ordinal);
        var sources = House.Files("src", ".cs").Select(file => (File: file, Text: House.Text(file))).ToList();
        var logged = sources.SelectMany(source => Message().Matches(source.Text).Select(message => $"{source.File} {message.Groups[1].Value} {message.Groups[2].Value}")).Order(StringComparer.Ordinal).ToList();

        // A message that is written in another way would be missed here.
        Assert.Equal(sources.Sum(source => Any().Count(source.Text)), logged.Count);
        Assert.Equal(logged, listed);
    }
}

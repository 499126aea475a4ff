using System.Text.RegularExpressions;

namespace FirstRing.Tests.Architecture;

/// <summary>The banned symbols hold everywhere: nobody opts out but in a place that is named here.</summary>
public sealed partial class Exceptions
{
    // Where the design allows what is banned elsewhere.
    static readonly string[] Allowed = ["src/Platform/Contracts/ContractClients.cs", "src/Platform/Ids/Token.cs", "src/Platform/Storage/PostgresSource.cs", "src/Platform/Egress/EgressWire.cs", "src/Host/Terminal.cs", "src/Verify/Program.cs", "src/Host/OwnProcesses.cs", "src/Host/MediaDoor.cs", "src/Media/Router/Transport/", "simulate/Relay/", "bench/Sfu/JanusApi.cs"];

    [GeneratedRegex(@"RS0030|<RunAnalyzers>\s*false|AdditionalFiles\s+Remove|PackageReference\s+Remove=""Microsoft\.CodeAnalysis\.BannedApiAnalyzers""")] private static partial Regex OptOut();

    [Fact]
    public void Nobody_opts_out_of_the_banned_symbols() => Assert.Empty(OptOuts(
        House.Tracked().Where(file => !file.StartsWith("tests/", StringComparison.Ordinal) && Path.GetExtension(file) is ".cs" or ".csproj" or ".props" or ".targets" or ".editorconfig" or ".ruleset" or ".globalconfig")
            .Select(file => (file, House.Text(file)))));

    [Fact]
    public void The_rules_come_from_the_root_alone() => Assert.Equal(
        [".editorconfig", "Directory.Build.props", "Directory.Packages.props"],
        House.Tracked().Where(file => Path.GetFileName(file) is ".editorconfig" or ".globalconfig" || Path.GetExtension(file) is ".props" or ".targets").Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("src/Services/Planted/A.cs", "#pragma warning disable RS0030")]
    [InlineData("src/Services/Planted/Planted.csproj", "<NoWarn>$(NoWarn);RS0030</NoWarn>")]
    [InlineData("src/Services/Planted/Planted.csproj", "<AdditionalFiles Remove=\"x\" />")]
    public void A_planted_opt_out_is_found(string file, string text) => Assert.Equal([file], OptOuts([(file, text)]));

    static List<string> OptOuts(IEnumerable<(string File, string Text)> files) =>
        [.. files.Where(file => OptOut().IsMatch(file.Text) && !Allowed.Any(allowed => file.File.StartsWith(allowed, StringComparison.Ordinal))).Select(file => file.File)];
}

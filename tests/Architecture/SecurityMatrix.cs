using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FirstRing.Tests.Architecture;

/// <summary>
/// docs/security/asvs.csv (OWASP ASVS 5.0.0, L1 and L2) and docs/security/threats.md: every item is there once, what holds names a test that exists, what has
/// evidence names a file that exists, and what is open says what is missing.
/// </summary>
public sealed partial class SecurityMatrix
{
    /// <summary>One item. <paramref name="Proof"/>: a test as Suite.Class.Method, a file, or for what is open the work that closes it.</summary>
    internal sealed record Item(string Id, string Status, string Proof, string Words);

    // SHA-256 of the ids of ASVS 5.0.0 L1 and L2, one a line: the list itself is the standard's.
    const int Items = 253;
    const string IdsHash = "fdfef32364aac864bf3945ba29e16ea75c93b8db3d89357357f3b26cc8b0479d";

    static readonly HashSet<string> Works = ["access", "audit", "fhir", "identity", "keys", "logging", "notifications", "recording", "turn", "uploads"];

    [GeneratedRegex(@"^V\d+\.\d+\.\d+$")] private static partial Regex Id();

    static IReadOnlyList<Item> Asvs() => ReadCsv(House.Text("docs/security/asvs.csv"));
    static IReadOnlyList<Item> Threats() => ReadTable(House.Text("docs/security/threats.md"));

    [Fact]
    public void Every_item_of_L1_and_L2_is_there_once()
    {
        var ids = Asvs().Select(item => item.Id).ToList();
        Assert.All(ids, id => Assert.Matches(Id(), id));
        Assert.Equal(Items, ids.Distinct().Count());
        Assert.Equal(Items, ids.Count);
        Assert.Equal(IdsHash, HashOf(ids));
        var standard = Path.Combine(House.Root, "..", "shared", "data", "asvs", "asvs-5.0.0-en.csv");
        if (File.Exists(standard)) Assert.Equal(IdsOf(File.ReadAllText(standard)), ids);
    }

    [Fact]
    public void What_is_said_of_each_item_is_so()
    {
        var tests = Tests();
        Assert.True(tests.Count > 300, "too few tests found");
        Assert.Empty(Asvs().SelectMany(item => Faults(item, tests)));
        Print("ASVS L1+L2", Asvs());
    }

    [Fact]
    public void What_is_said_of_each_threat_is_so()
    {
        Assert.True(Threats().Count >= 13, "a threat is missing");
        var tests = Tests();
        Assert.Empty(Threats().SelectMany(item => Faults(item, tests)));
        Print("threats", Threats());
    }

    [Theory]
    [InlineData("V1.1.1,holds,,words")]
    [InlineData("V1.1.1,holds,Platform.Nothing.There_is_no_such_test,words")]
    [InlineData("V1.1.1,evidence,no/such/file.cs,words")]
    [InlineData("V1.1.1,evidence,src/Host/Serve.cs,")]
    [InlineData("V1.1.1,not applicable,,")]
    [InlineData("V1.1.1,open,someone,words")]
    [InlineData("V1.1.1,perhaps,,words")]
    public void A_planted_fault_is_found(string row) => Assert.NotEmpty(ReadCsv($"id,status,proof,words\n{row}\n").SelectMany(item => Faults(item, Tests())));

    [Fact]
    public void A_method_that_is_no_test_does_not_count() => Assert.DoesNotContain("Architecture.SecurityMatrix.Tests", Tests());

    internal static IEnumerable<string> Faults(Item item, IReadOnlySet<string> tests)
    {
        if (item.Words.Length < 3) yield return $"{item.Id}: nothing is said";
        var fault = item.Status switch
        {
            "holds" => tests.Contains(item.Proof) ? null : $"there is no test {item.Proof}",
            "evidence" => item.Proof.Length > 0 && File.Exists(Path.Combine(House.Root, item.Proof)) ? null : $"there is no file {item.Proof}",
            "not applicable" => item.Proof.Length == 0 ? null : "it names a proof of what does not apply",
            "open" => Works.Contains(item.Proof) ? null : $"nobody's work is called {item.Proof}",
            _ => $"'{item.Status}' is no status",
        };
        if (fault is not null) yield return $"{item.Id}: {fault}";
    }

    /// <summary>Suite.Class.Method of every test, from the sources: attributes whose name ends in Fact or Theory, or that stand beside one.</summary>
    internal static IReadOnlySet<string> Tests() => EveryTest.Value;

    static readonly Lazy<IReadOnlySet<string>> EveryTest = new(() => Code.Below("tests")
        .SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(method => method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString() is "Fact" or "Theory"))
            .Select(method => $"{tree.FilePath.Split('/')[1]}.{((TypeDeclarationSyntax)method.Parent!).Identifier.Text}.{method.Identifier.Text}"))
        .ToHashSet());

    static void Print(string what, IReadOnlyList<Item> items)
    {
        int Of(string status) => items.Count(item => item.Status == status);
        Console.Write($"\nfigure: {what}: {Of("holds")} hold by test, {Of("evidence")} by evidence, {Of("not applicable")} not applicable, {Of("open")} open\n");
    }

    static string HashOf(IEnumerable<string> ids) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', ids))));

    static IReadOnlyList<Item> ReadCsv(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Fields).Select(fields => new Item(fields[0], fields[1], fields[2], fields[3]))];

    static List<string> Fields(string line) => [.. Field().Matches(line).Select(field => field.Groups[1].Success ? field.Groups[1].Value.Replace("\"\"", "\"", StringComparison.Ordinal) : field.Groups[2].Value)];

    [GeneratedRegex("""(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))""")] private static partial Regex Field();

    // The standard's own file: its last column is the level.
    static List<string> IdsOf(string csv) => [.. Row().Matches(csv).Where(row => row.Groups[2].Value is "1" or "2").Select(row => row.Groups[1].Value)];

    [GeneratedRegex("""(?m)^(?:"[^"]*"|[^,\n]*),(?:"[^"]*"|[^,\n]*),(?:"[^"]*"|[^,\n]*),(?:"[^"]*"|[^,\n]*),"?(V\d+\.\d+\.\d+)"?,(?:"(?:[^"]|"")*"|[^,\n]*),"?(\d)"?\r?$""")] private static partial Regex Row();

    static IReadOnlyList<Item> ReadTable(string text) => [.. text.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
        .Select(line => line.Trim('|', ' ').Split(" | ").Select(cell => cell.Trim()).ToList()).Select(cells => new Item(cells[0], cells[1], cells[2].Trim('`', '–'), cells[3]))];
}

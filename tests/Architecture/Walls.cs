using FirstRing.Host;

namespace FirstRing.Tests.Architecture;

/// <summary>Who may reference whom (ARCHITECTURE.md), from the csproj files; and what the module table says against what the code calls.</summary>
public sealed class Walls
{
    static IReadOnlyList<string> Allowed(string project) => project switch
    {
        "Rtc" or "Contracts" or "Platform" or "Verify" or "Network" => [],
        "Relay" => ["Network"],
        "Router" => ["Rtc", "Contracts", "Platform"],
        "Host" => [.. House.Services, "Router", "Web", "Contracts", "Platform"],
        "Web" => ["Contracts", "Platform"],
        _ when House.Services.Contains(project) => ["Contracts", "Platform"],
        _ => throw new InvalidOperationException($"{project} is not in the rules."),
    };

    internal static List<string> Breaches(IReadOnlyDictionary<string, IReadOnlyList<string>> references) =>
        [.. references.Where(project => !project.Key.EndsWith(".Tests", StringComparison.Ordinal) && project.Key is not ("Harness" or "Bench" or "Parsers" or "Supply"))
            .SelectMany(project => project.Value.Except(Allowed(project.Key)).Select(reference => $"{project.Key} → {reference}"))];

    [Fact]
    public void No_project_references_what_it_may_not()
    {
        var references = House.References();
        Assert.True(references.Count > 12, "too few projects found");
        Assert.Empty(Breaches(references));
    }

    [Fact]
    public void A_planted_breach_is_found() =>
        Assert.Equal(["Scheduling → Identity"], Breaches(new Dictionary<string, IReadOnlyList<string>> { ["Scheduling"] = ["Contracts", "Identity"] }));

    [Fact]
    public void The_host_is_referenced_only_where_shapes_are_tested() =>
        Assert.Empty(House.References().Where(project => project.Value.Contains("Host")).Select(project => project.Key).Except(["Architecture.Tests", "Shapes.Tests", "Journeys.Tests"]));

    [Fact]
    public void Rtc_uses_the_base_library_alone()
    {
        var project = House.Text("src/Media/Rtc/Rtc.csproj");
        Assert.DoesNotContain("PackageReference", project, StringComparison.Ordinal);
        Assert.DoesNotContain("FrameworkReference", project, StringComparison.Ordinal);
        Assert.Empty(House.Files("src/Media/Rtc", ".cs").Where(file => House.Text(file) is var text
            && (text.Contains("System.Net.Sockets", StringComparison.Ordinal) || text.Contains("Task.Run", StringComparison.Ordinal) || text.Contains("TimeProvider", StringComparison.Ordinal))));
    }

    [Fact]
    public void The_verifier_uses_the_base_library_alone_and_ships_beside_the_server()
    {
        var project = House.Text("src/Verify/Verify.csproj");
        foreach (var word in (string[])["PackageReference", "FrameworkReference", "ProjectReference", "Compile"]) Assert.DoesNotContain(word, project, StringComparison.Ordinal);
        Assert.Empty(House.References().Where(each => each.Value.Contains("Verify")).Select(each => each.Key).Except(["Audit.Tests", "Bench"]));
    }

    [Fact]
    public void Every_consumed_event_is_emitted_by_someone() =>
        Assert.Empty(ModuleTable.Rows.SelectMany(row => row.Consumes).Except(ModuleTable.Rows.SelectMany(row => row.Emits)));

    [Fact]
    public void Architecture_md_shows_the_table_as_it_is()
    {
        var text = House.Text("ARCHITECTURE.md");
        var from = text.IndexOf("<!-- table -->", StringComparison.Ordinal) + "<!-- table -->".Length;
        Assert.Equal(ArchitectureText.Render().Trim(), text[from..text.IndexOf("<!-- /table -->", StringComparison.Ordinal)].Trim());
    }
}

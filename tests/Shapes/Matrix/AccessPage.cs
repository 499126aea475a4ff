using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Host;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes.Matrix;

/// <summary>docs/security/access.md against the routes as the server maps them.</summary>
public sealed class AccessPage
{
    [Fact]
    public async Task The_page_shows_every_route_as_it_is_declared()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "security", "access.md"));
        var table = await RouteTable.Read();
        Assert.Equal(AccessText.Door(table).Trim(), Part(text, "door"));
        Assert.Equal(AccessText.Inside(table).Trim(), Part(text, "inside"));
    }

    [Fact]
    public void What_identifies_is_found_however_deep_it_lies()
    {
        Assert.True(RouteTable.Identifies(typeof(Contracts.Answer<PatientList>)));
        Assert.True(RouteTable.Identifies(typeof(CheckBirthDate)));
        Assert.False(RouteTable.Identifies(typeof(Contracts.Answer<VisitList>)));
    }

    static string Part(string text, string name)
    {
        var from = text.IndexOf($"<!-- {name} -->", StringComparison.Ordinal) + $"<!-- {name} -->".Length;
        return text[from..text.IndexOf($"<!-- /{name} -->", StringComparison.Ordinal)].Trim();
    }
}

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
        Assert.Equal(AccessText.Fields(table).Trim(), Part(text, "fields"));
        Assert.Equal(AccessText.Bridges(table).Trim(), Part(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "ARCHITECTURE.md")), "bridges"));
    }

    [Fact]
    public void What_identifies_is_found_however_deep_it_lies()
    {
        Assert.True(RouteTable.Identifies(typeof(Contracts.Answer<PatientList>)));
        Assert.True(RouteTable.Identifies(typeof(CheckBirthDate)));
        Assert.False(RouteTable.Identifies(typeof(Contracts.Answer<VisitList>)));
    }

    [Fact]
    public async Task Every_verb_with_PHI_names_the_fields_it_carries()
    {
        Assert.Equal(["patients.givenName", "patients.familyName"], RouteTable.Identifying(typeof(Contracts.Answer<PatientList>)).Take(2));
        Assert.All((await RouteTable.Read()).Inside.Where(route => route.Phi), route => Assert.NotEmpty(RouteTable.Identifying(route.Request).Concat(RouteTable.Identifying(route.Response))));
    }

    static string Part(string text, string name)
    {
        var from = text.IndexOf($"<!-- {name} -->", StringComparison.Ordinal) + $"<!-- {name} -->".Length;
        return text[from..text.IndexOf($"<!-- /{name} -->", StringComparison.Ordinal)].Trim();
    }
}

using System.Text.Json;
using FirstRing.Supply;

namespace FirstRing.Tests.Supply;

/// <summary>The bill of materials holds all that ships, once, and is the same each time.</summary>
public sealed class BillOfMaterials
{
    static byte[] Write(IEnumerable<Package> packages) => CycloneDx.Write(packages,
        package => Findings.LicenceOf(package, Planted.Policy, each => Licences.Of(each, Licences.PackageCache)));

    [Fact]
    public void The_same_tree_gives_the_same_bytes_in_whatever_order_it_is_read()
    {
        var packages = LockFiles.ReadTree(Planted.Root);
        Assert.Equal(Write(packages), Write(packages.Reverse()));
    }

    [Fact]
    public void Another_package_gives_another_serial_number() =>
        Assert.NotEqual(Serial([Planted.Of(Ecosystem.NuGet, "P", "1.0.0")]), Serial([Planted.Of(Ecosystem.NuGet, "P", "1.0.1")]));

    static string Serial(IEnumerable<Package> packages) => JsonDocument.Parse(Write(packages)).RootElement.GetProperty("serialNumber").GetString()!;

    [Fact]
    public void It_holds_every_shipped_package_once_with_hash_licence_and_purl()
    {
        var packages = LockFiles.ReadTree(Planted.Root);
        var bill = JsonDocument.Parse(Write(packages)).RootElement;
        Assert.Equal(("CycloneDX", "1.6"), (bill.GetProperty("bomFormat").GetString(), bill.GetProperty("specVersion").GetString()));
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", bill.GetProperty("serialNumber").GetString()!);

        var components = bill.GetProperty("components").EnumerateArray().ToList();
        var purls = components.Select(component => component.GetProperty("purl").GetString()!).ToList();
        Assert.Equal(packages.Where(package => package.Shipped).Select(package => package.Purl).Distinct().Order(StringComparer.Ordinal), purls);
        Assert.All(components, component =>
        {
            Assert.Equal(128, component.GetProperty("hashes")[0].GetProperty("content").GetString()!.Length);
            Assert.NotEmpty(component.GetProperty("licenses")[0].GetProperty("license").GetProperty("id").GetString()!);
        });
        Assert.Contains("pkg:nuget/Npgsql@10.0.3", purls);
        Assert.Contains(purls, purl => purl.StartsWith("pkg:npm/%40preact/signals@", StringComparison.Ordinal));
        Assert.DoesNotContain(purls, purl => purl.StartsWith("pkg:nuget/xunit", StringComparison.Ordinal) || purl.Contains("BannedApiAnalyzers", StringComparison.Ordinal) || purl.StartsWith("pkg:npm/typescript", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_needs_whom_is_said_in_purls_that_are_there()
    {
        var bill = JsonDocument.Parse(Write(LockFiles.ReadTree(Planted.Root))).RootElement;
        var known = bill.GetProperty("components").EnumerateArray().Select(component => component.GetProperty("purl").GetString()!).ToHashSet();
        var needs = bill.GetProperty("dependencies").EnumerateArray().ToDictionary(entry => entry.GetProperty("ref").GetString()!, entry => entry.GetProperty("dependsOn").EnumerateArray().Select(purl => purl.GetString()!).ToList());
        Assert.Equal(known.Order(StringComparer.Ordinal), needs.Keys.Order(StringComparer.Ordinal));
        Assert.All(needs.Values.SelectMany(each => each), purl => Assert.Contains(purl, known));
        Assert.Contains(needs.Single(entry => entry.Key.StartsWith("pkg:nuget/Microsoft.Data.Sqlite@", StringComparison.Ordinal)).Value, purl => purl.StartsWith("pkg:nuget/SQLitePCLRaw.bundle_e_sqlite3@", StringComparison.Ordinal));
        Assert.Contains(needs.Single(entry => entry.Key.StartsWith("pkg:npm/%40preact/signals@", StringComparison.Ordinal)).Value, purl => purl.StartsWith("pkg:npm/%40preact/signals-core@", StringComparison.Ordinal));
    }
}

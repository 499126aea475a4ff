using CsCheck;
using FirstRing.Supply;

namespace FirstRing.Tests.Supply;

/// <summary>Versions in the order of their ecosystem.</summary>
public sealed class VersionOrder
{
    [Theory]
    // SemVer 2.0.0 §11.4.4, in its own order
    [InlineData(Ecosystem.Npm, "1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-alpha.beta < 1.0.0-beta < 1.0.0-beta.2 < 1.0.0-beta.11 < 1.0.0-rc.1 < 1.0.0")]
    [InlineData(Ecosystem.Npm, "0.9.9 < 1.0.0-0 < 1.0.0-A < 1.0.0-a < 1.0.0 < 1.0.1 < 1.0.10 < 1.1.0 < 2.0.0 < 10.0.0")]
    [InlineData(Ecosystem.NuGet, "1.0.0-alpha < 1.0.0-beta < 1.0 < 1.0.0.1 < 1.0.1 < 1.0.1.10 < 99999999999999999999.0.0")]
    [InlineData(Ecosystem.NuGet, "7.0.0-preview < 7.0.0-preview.1 < 7.0.0-rc.1 < 7.0.0 < 7.1.2")]
    public void Versions_stand_in_order(Ecosystem ecosystem, string chain)
    {
        var versions = chain.Split(" < ").Select(text => PackageVersion.Parse(text, ecosystem)).ToList();
        for (var i = 0; i < versions.Count; i++)
            for (var j = 0; j < versions.Count; j++)
                Assert.Equal(i.CompareTo(j), Math.Sign(versions[i].CompareTo(versions[j])));
    }

    [Theory]
    [InlineData(Ecosystem.NuGet, "1.0", "1.0.0.0")]
    [InlineData(Ecosystem.NuGet, "1.0.0-Beta", "1.0.0-beta")]
    [InlineData(Ecosystem.NuGet, "1.0.0+abc", "1.0.0+def")]
    [InlineData(Ecosystem.Npm, "v1.2.3", "1.2.3+build.7")]
    public void These_are_the_same(Ecosystem ecosystem, string one, string other) =>
        Assert.Equal(0, PackageVersion.Parse(one, ecosystem).CompareTo(PackageVersion.Parse(other, ecosystem)));

    [Theory]
    [InlineData(Ecosystem.Npm, "1.2.3.4"), InlineData(Ecosystem.Npm, ""), InlineData(Ecosystem.Npm, "1.x"), InlineData(Ecosystem.NuGet, "1.2.3.4.5"), InlineData(Ecosystem.NuGet, "latest"), InlineData(Ecosystem.NuGet, "1.0.0-")]
    public void These_are_no_versions(Ecosystem ecosystem, string text) => Assert.Throws<FormatException>(() => PackageVersion.Parse(text, ecosystem));

    [Fact]
    public void The_order_is_total()
    {
        string[] labels = ["", "-a", "-A.1", "-1", "-rc.10", "-rc.2"];
        var label = Gen.Int[0, labels.Length - 1].Select(i => labels[i]);
        var version = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3], label, (a, b, c, pre) => $"{a}.{b}.{c}{pre}");
        Gen.Select(version, version, version, Gen.Enum<Ecosystem>()).Sample((one, two, three, ecosystem) =>
        {
            var (a, b, c) = (PackageVersion.Parse(one, ecosystem), PackageVersion.Parse(two, ecosystem), PackageVersion.Parse(three, ecosystem));
            Assert.Equal(Math.Sign(a.CompareTo(b)), -Math.Sign(b.CompareTo(a)));
            if (a.CompareTo(b) <= 0 && b.CompareTo(c) <= 0) Assert.True(a.CompareTo(c) <= 0);
        });
    }
}

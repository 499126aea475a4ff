using FirstRing.Supply;

namespace FirstRing.Tests.Supply;

/// <summary>Only licences that we allow, and none that we do not know.</summary>
public sealed class LicencesOfPackages
{
    static readonly HashSet<string> Allowed = ["MIT", "Apache-2.0"];

    [Theory]
    [InlineData("MIT", true)]
    [InlineData("GPL-3.0-only", false)]
    [InlineData("mit", false)] // SPDX ids are written as they are written
    [InlineData("MIT OR GPL-3.0-only", true)]
    [InlineData("MIT AND GPL-3.0-only", false)]
    [InlineData("GPL-3.0-only OR MIT AND Apache-2.0", true)] // AND binds closer
    [InlineData("(GPL-3.0-only OR MIT) AND Apache-2.0", true)]
    [InlineData("(GPL-3.0-only OR MIT) AND BSD-4-Clause", false)]
    [InlineData("MIT WITH Some-exception", false)]
    [InlineData("", false), InlineData("MIT OR", false), InlineData("(MIT", false), InlineData("MIT)", false), InlineData("SEE LICENSE IN LICENSE", false)]
    public void An_expression_is_judged(string expression, bool allowed) => Assert.Equal(allowed, Licences.Allows(expression, Allowed));

    [Theory]
    [InlineData("""<license type="expression">Apache-2.0</license>""", "Apache-2.0")]
    [InlineData("""<license type="file">LICENSE.txt</license>""", null)]
    [InlineData("<licenseUrl>https://example.org/licence</licenseUrl>", null)]
    public void Only_an_expression_is_read_by_a_machine(string licence, string? read) =>
        Assert.Equal(read, Licences.OfNuspec($"""<package xmlns="urn:planted"><metadata><id>P</id>{licence}</metadata></package>"""));

    [Fact]
    public void Every_resolved_package_has_a_licence_that_we_allow()
    {
        var packages = LockFiles.ReadTree(Planted.Root);
        Assert.Empty(Findings.UnknownLicences(packages, Planted.Policy, package => Licences.Of(package, Licences.PackageCache)));
        Assert.Contains(packages, package => package.Name == "Npgsql" && Licences.Of(package, Licences.PackageCache) == "PostgreSQL");
    }

    [Fact]
    public void A_planted_licence_is_found()
    {
        Assert.Single(Findings.UnknownLicences([Planted.Of(Ecosystem.Npm, "p", "1.0.0", licence: "SSPL-1.0")], Planted.Policy, package => package.Licence));
        Assert.Single(Findings.UnknownLicences([Planted.Of(Ecosystem.Npm, "p", "1.0.0", licence: null)], Planted.Policy, package => package.Licence));
    }

    [Fact]
    public void A_licence_of_tools_may_not_ship()
    {
        Assert.Empty(Findings.UnknownLicences([Planted.Of(Ecosystem.Npm, "p", "1.0.0", shipped: false, licence: "MPL-2.0")], Planted.Policy, package => package.Licence));
        Assert.Single(Findings.UnknownLicences([Planted.Of(Ecosystem.Npm, "p", "1.0.0", shipped: true, licence: "MPL-2.0")], Planted.Policy, package => package.Licence));
    }

    [Fact]
    public void A_licence_that_a_person_read_counts_for_that_version_alone()
    {
        var policy = Planted.Policy with { NamedLicences = [new NamedLicence("p@1.0.0", "MIT", "LICENSE in the package")] };
        Assert.Empty(Findings.UnknownLicences([Planted.Of(Ecosystem.Npm, "p", "1.0.0", licence: null)], policy, package => package.Licence));
        Assert.Single(Findings.UnknownLicences([Planted.Of(Ecosystem.Npm, "p", "1.0.1", licence: null)], policy, package => package.Licence));
    }
}

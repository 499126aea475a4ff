using System.Text.Json;
using FirstRing.Supply;

namespace FirstRing.Tests.Supply;

/// <summary>The matcher finds what is planted, and nothing in what we ship that is not accepted with a reason.</summary>
public sealed class Weaknesses
{
    static readonly DateOnly Today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    static IEnumerable<string> Found(IEnumerable<Package> packages, Policy? policy = null, DateOnly? today = null) =>
        Findings.Weaknesses(packages, Planted.Advisories, policy ?? Planted.Policy, today ?? Today).Select(finding => finding.What.Split(' ')[0]);

    [Theory]
    [InlineData("Newtonsoft.Json", "12.0.3", "GHSA-5crp-9r3c-p9vr")]
    [InlineData("newtonsoft.json", "13.0.1-beta1", "GHSA-5crp-9r3c-p9vr")]
    [InlineData("Newtonsoft.Json", "13.0.1", null)]
    [InlineData("Npgsql", "8.0.2", "GHSA-x9vc-6hfv-hg8c")]
    [InlineData("Npgsql", "7.0.7", null)]
    [InlineData("Npgsql", "4.0.14", null)]
    [InlineData("Microsoft.IdentityModel.JsonWebTokens", "7.0.0-preview", "GHSA-59j7-ghrg-fj52")]
    [InlineData("Microsoft.IdentityModel.JsonWebTokens", "6.4.0", null)]
    [InlineData("SQLitePCLRaw.lib.e_sqlite3", "2.1.11", "GHSA-2m69-gcr7-jv3q")]
    [InlineData("SQLitePCLRaw.lib.e_sqlite3", "2.1.12", null)]
    public void A_planted_nuget_package_is_judged(string name, string version, string? advisory) =>
        Assert.Equal(advisory is null ? [] : [advisory], Found(LockFiles.ReadNuGet(Planted.NuGetLock(name, version), "planted", new HashSet<string>())));

    [Theory]
    [InlineData("ws", "8.16.0", "GHSA-3h5v-q93c-6h6q")]
    [InlineData("ws", "8.17.1", null)]
    [InlineData("ws", "7.5.10", null)]
    [InlineData("ws", "2.0.3", null)]
    [InlineData("WS", "8.16.0", null)] // npm names are exact
    [InlineData("preact", "10.28.1", "GHSA-36hm-qxxp-pg3m")]
    [InlineData("preact", "10.26.10", null)]
    public void A_planted_npm_package_is_judged(string name, string version, string? advisory) =>
        Assert.Equal(advisory is null ? [] : [advisory], Found(LockFiles.ReadNpm(Planted.NpmLock(name, version), "planted")));

    [Fact]
    public void A_package_of_the_other_registry_is_another_package() =>
        Assert.Empty(Found([Planted.Of(Ecosystem.Npm, "Newtonsoft.Json", "12.0.3"), Planted.Of(Ecosystem.NuGet, "ws", "8.16.0")]));

    [Fact]
    public void Nothing_that_we_resolve_has_a_known_weakness_that_is_not_accepted()
    {
        var packages = LockFiles.ReadTree(Planted.Root);
        Assert.True(packages.Count > 300, "too few packages were read");
        Assert.Empty(Findings.Weaknesses(packages, Planted.Advisories, Planted.Policy, Today));
        Assert.Empty(Findings.Mistakes(packages, Planted.Advisories, Planted.Policy));
    }

    static Policy Accepting(DateOnly since, DateOnly expires, string reason = "Only read by a test, from files of our own.", string package = "newtonsoft.json@12.0.3") =>
        Planted.Policy with { Accepted = [new Acceptance("GHSA-5crp-9r3c-p9vr", package, reason, since, expires)] };

    [Fact]
    public void An_accepted_one_passes_until_it_expires()
    {
        var (planted, policy) = (Planted.Of(Ecosystem.NuGet, "Newtonsoft.Json", "12.0.3"), Accepting(new(2026, 11, 1), new(2026, 12, 1)));
        Assert.Empty(Found([planted], policy, new(2026, 11, 30)));
        Assert.Equal(["GHSA-5crp-9r3c-p9vr"], Found([planted], policy, new(2026, 12, 1)));
        Assert.Equal(["GHSA-5crp-9r3c-p9vr"], Found([planted with { Version = "12.0.2" }], policy, new(2026, 11, 30)));
    }

    [Fact]
    public void An_acceptance_needs_a_reason_a_match_and_an_end_within_the_time_to_patch()
    {
        Package[] there = [Planted.Of(Ecosystem.NuGet, "Newtonsoft.Json", "12.0.3")];
        IEnumerable<string> Mistakes(Policy policy, params Package[] packages) => Findings.Mistakes(packages, Planted.Advisories, policy);
        Assert.Empty(Mistakes(Accepting(new(2026, 11, 1), new(2026, 12, 1)), there));
        Assert.Single(Mistakes(Accepting(new(2026, 11, 1), new(2026, 12, 2)), there)); // high: 30 days
        Assert.Single(Mistakes(Accepting(new(2026, 11, 1), new(2026, 12, 1), reason: "later"), there));
        Assert.Single(Mistakes(Accepting(new(2026, 11, 1), new(2026, 12, 1))));
    }

    [Fact]
    public void The_time_to_patch_counts_from_publication()
    {
        Assert.Equal((15, 30), (Planted.Policy.PatchDays[Severity.Critical], Planted.Policy.PatchDays[Severity.High]));
        var finding = Assert.Single(Findings.Weaknesses([Planted.Of(Ecosystem.Npm, "ws", "8.16.0")], Planted.Advisories, Planted.Policy, Today));
        Assert.Equal(new DateOnly(2024, 7, 17), finding.Due);
    }

    [Fact]
    public void The_snapshot_says_when_it_was_made_and_each_record_who_it_is()
    {
        Assert.True(Planted.Policy.AsOf <= Today);
        Assert.Equal(Directory.GetFiles(Path.Combine(Planted.Root, "docs", "security", "advisories"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(),
            Planted.Advisories.Select(advisory => advisory.Id).Order());
        Assert.All(Planted.Advisories, advisory => Assert.NotEmpty(advisory.Affected));
        Assert.All(Planted.Advisories, advisory => Assert.True(advisory.Published <= Planted.Policy.AsOf));
    }

    [Theory]
    [InlineData("""[{"introduced":"1.0.0"},{"fixed":"1.5.0"},{"introduced":"2.0.0"},{"fixed":"2.5.0"}]""", "0.9.0:no 1.0.0:yes 1.4.9:yes 1.5.0:no 2.0.0-rc.1:no 2.0.0:yes 2.5.0:no")]
    [InlineData("""[{"fixed":"2.5.0"},{"introduced":"0"}]""", "0.0.1-a:yes 2.4.0:yes 2.5.0-rc:yes 2.5.0:no")] // order in the file does not matter
    [InlineData("""[{"introduced":"0"},{"last_affected":"1.2.0"}]""", "1.2.0:yes 1.2.1-a:no 1.2.1:no")]
    [InlineData("""[{"introduced":"0"}]""", "0.0.1:yes 99.0.0:yes")]
    public void Ranges_are_walked_as_the_schema_says(string events, string cases)
    {
        var advisory = Advisory.Parse($$"""
            { "id": "X", "modified": "2026-01-01T00:00:00Z", "summary": "s", "database_specific": { "severity": "LOW" },
              "affected": [ { "package": { "ecosystem": "npm", "name": "p" }, "ranges": [ { "type": "SEMVER", "events": {{events}} } ] } ] }
            """);
        foreach (var (version, affected) in cases.Split(' ').Select(one => one.Split(':')).Select(pair => (pair[0], pair[1] == "yes")))
            Assert.True(affected == advisory.Affects(Planted.Of(Ecosystem.Npm, "p", version)), $"{version} of {events}");
    }

    [Fact]
    public void An_enumerated_version_counts_too_and_a_record_without_severity_is_refused()
    {
        const string Record = """{ "id": "X", "modified": "2026-01-01T00:00:00Z", "summary": "s", "database_specific": { "severity": "LOW" }, "affected": [ { "package": { "ecosystem": "NuGet", "name": "p" }, "versions": ["1.0"] } ] }""";
        Assert.True(Advisory.Parse(Record).Affects(Planted.Of(Ecosystem.NuGet, "P", "1.0.0")));
        Assert.Throws<JsonException>(() => Advisory.Parse(Record.Replace("LOW", "some", StringComparison.Ordinal)));
    }
}

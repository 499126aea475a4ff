using FirstRing.Supply;

namespace FirstRing.Tests.Supply;

/// <summary>Lock files as their tools write them.</summary>
public sealed class ReadingLockFiles
{
    const string Nested = """
        { "lockfileVersion": 3, "packages": {
          "": { "dependencies": { "a": "1" } },
          "node_modules/a": { "version": "1.0.0", "integrity": "sha1-AAAA sha512-AAAA", "dependencies": { "b": "*", "gone": "*" } },
          "node_modules/a/node_modules/b": { "version": "2.0.0", "optional": true, "dependencies": { "c": "*" } },
          "node_modules/b": { "version": "1.0.0", "dev": true },
          "node_modules/@x/c": { "version": "3.0.0" },
          "node_modules/c": { "name": "@x/c", "version": "3.1.0" },
          "linked": { "version": "9.9.9" } } }
        """;

    [Fact]
    public void An_npm_package_needs_what_lies_nearest_to_it()
    {
        var read = LockFiles.ReadNpm(Nested, "src/x/package-lock.json").ToDictionary(package => package.Key);
        Assert.Equal(["@x/c@3.0.0", "@x/c@3.1.0", "a@1.0.0", "b@1.0.0", "b@2.0.0"], read.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["b@2.0.0"], read["a@1.0.0"].Needs);
        Assert.Equal(["@x/c@3.1.0"], read["b@2.0.0"].Needs); // by its alias
        Assert.True(read["b@2.0.0"].Optional);
        Assert.False(read["b@1.0.0"].Shipped);
        Assert.Equal("000000", read["a@1.0.0"].Sha512);
    }

    [Fact]
    public void What_is_not_below_src_does_not_ship() => Assert.All(LockFiles.ReadNpm(Nested, "tests/x/package-lock.json"), package => Assert.False(package.Shipped));

    [Theory, InlineData("""{ "lockfileVersion": 1 }"""), InlineData("""{ "lockfileVersion": 4 }""")]
    public void An_unknown_npm_version_is_refused(string json) => Assert.Throws<InvalidDataException>(() => LockFiles.ReadNpm(json, "x"));

    [Fact]
    public void An_unknown_nuget_version_is_refused() => Assert.Throws<InvalidDataException>(() => LockFiles.ReadNuGet("""{ "version": 3 }""", "x", new HashSet<string>()).ToList());

    [Fact]
    public void Projects_are_no_packages() => Assert.Empty(LockFiles.ReadNuGet(
        """{ "version": 2, "dependencies": { "net10.0": { "firstring.contracts": { "type": "Project" } } } }""", "x", new HashSet<string>()));

    [Fact]
    public void Every_lock_file_of_the_tree_is_read()
    {
        var files = LockFiles.Find(Planted.Root);
        Assert.Contains("src/Host/packages.lock.json", files);
        Assert.Contains("src/Web/live/package-lock.json", files);
        Assert.Contains("fuzz/Parsers/packages.lock.json", files);
        Assert.Equal(files.Order(StringComparer.Ordinal), LockFiles.ReadTree(Planted.Root).Select(package => package.LockFile).Distinct().Order(StringComparer.Ordinal).Union(WithoutPackages(files)).Order(StringComparer.Ordinal));
    }

    static IEnumerable<string> WithoutPackages(IEnumerable<string> files) => files.Where(file => !File.ReadAllText(Path.Combine(Planted.Root, file)).Contains("\"resolved\"", StringComparison.Ordinal) && !file.EndsWith("package-lock.json", StringComparison.Ordinal));
}

using FirstRing.Supply;

// Supply ROOT FILE: writes the bill of materials of ROOT to FILE and says what must not be released. Exit code 1 where there is such a thing.
if (args is not [var root, var target])
{
    Console.Error.WriteLine("Supply ROOT FILE");
    return 2;
}

var packages = LockFiles.ReadTree(root);
var policy = Policy.Parse(File.ReadAllText(Path.Combine(root, "docs", "security", "supply.json")));
var advisories = Advisory.ReadFolder(Path.Combine(root, "docs", "security", "advisories"));
string? LicenceOf(Package package) => Findings.LicenceOf(package, policy, each => Licences.Of(each, Licences.PackageCache));

var bill = CycloneDx.Write(packages, LicenceOf);
Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
File.WriteAllBytes(target, bill);
var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
Console.WriteLine($"{target}: {packages.Where(package => package.Shipped).DistinctBy(package => package.Key).Count()} packages; "
    + $"{advisories.Count} advisories as of {policy.AsOf:O} ({today.DayNumber - policy.AsOf.DayNumber} days ago)");

var findings = Findings.Weaknesses(packages, advisories, policy, today).Concat(Findings.UnknownLicences(packages, policy, LicenceOf)).Distinct().ToList();
foreach (var finding in findings) Console.Error.WriteLine($"{finding.LockFile}: {finding.Package}: {finding.What}{(finding.Due is { } due ? $"; to be gone by {due:O}" : "")}");
foreach (var mistake in Findings.Mistakes(packages, advisories, policy)) Console.Error.WriteLine($"docs/security/supply.json: {mistake}");
return findings.Count == 0 && !Findings.Mistakes(packages, advisories, policy).Any() ? 0 : 1;

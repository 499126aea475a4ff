namespace FirstRing.Supply;

/// <summary>Something that must not be released. <paramref name="Due"/> is null where no time is granted.</summary>
public sealed record Finding(string LockFile, string Package, string What, DateOnly? Due);

/// <summary>Holds what the lock files resolve to against the advisories and the licences we accept.</summary>
public static class Findings
{
    public static IEnumerable<Finding> Weaknesses(IEnumerable<Package> packages, IReadOnlyList<Advisory> advisories, Policy policy, DateOnly today) =>
        from package in packages
        from advisory in advisories
        where advisory.Affects(package) && !policy.Accepted.Any(accepted => Covers(accepted, advisory, package) && today < accepted.Expires)
        select new Finding(package.LockFile, package.Key, $"{advisory.Id} ({advisory.Severity}): {advisory.Summary}", advisory.Published.AddDays(policy.PatchDays[advisory.Severity]));

    public static IEnumerable<Finding> UnknownLicences(IEnumerable<Package> packages, Policy policy, Func<Package, string?> licenceOf)
    {
        HashSet<string> everywhere = [.. policy.Licences], tools = [.. policy.Licences, .. policy.LicencesOfTools];
        return from package in packages
               let licence = LicenceOf(package, policy, licenceOf)
               where licence is null || !Licences.Allows(licence, package.Shipped ? everywhere : tools)
               select new Finding(package.LockFile, package.Key, licence is null ? "names no licence that a machine can read" : $"has the licence {licence}", null);
    }

    /// <summary>What the package says, else what a person read.</summary>
    public static string? LicenceOf(Package package, Policy policy, Func<Package, string?> licenceOf) =>
        licenceOf(package) ?? policy.NamedLicences.FirstOrDefault(named => string.Equals(named.Package, package.Key, StringComparison.Ordinal))?.Licence;

    /// <summary>Mistakes in the policy itself: an acceptance without a reason, for longer than the time to patch, or of nothing that is there.</summary>
    public static IEnumerable<string> Mistakes(IReadOnlyList<Package> packages, IReadOnlyList<Advisory> advisories, Policy policy)
    {
        foreach (var accepted in policy.Accepted)
        {
            var advisory = advisories.FirstOrDefault(advisory => advisory.Id == accepted.Advisory);
            if (advisory is null || !packages.Any(package => Covers(accepted, advisory, package) && advisory.Affects(package))) yield return $"{accepted.Advisory} is accepted for {accepted.Package} and not found there";
            else if (accepted.Expires > accepted.Since.AddDays(policy.PatchDays[advisory.Severity])) yield return $"{accepted.Advisory} is accepted for longer than its time to patch";
            if (accepted.Reason.Length < 20) yield return $"{accepted.Advisory} is accepted without a reason";
        }
    }

    static bool Covers(Acceptance accepted, Advisory advisory, Package package) => accepted.Advisory == advisory.Id && accepted.Package == package.Key;
}

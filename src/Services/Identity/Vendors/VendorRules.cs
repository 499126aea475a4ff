using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Egress;
using FirstRing.Platform.Http;

namespace FirstRing.Identity.Vendors;

/// <summary>What the terms of an agreement must be like, and who may touch them.</summary>
internal static class VendorRules
{
    const int LongestName = 100, MostHosts = 20, LongestYears = 10;

    public static readonly Refusal NotAllowed = new("not-allowed", "Only an admin of the clinic may do this.", 403);
    public static readonly Refusal NoSuchVendor = new("no-such-vendor", "There is no such vendor.", 404);
    public static readonly Refusal VendorEnded = new("vendor-ended", "This agreement was ended. Add a new one.", 409);
    public static readonly Refusal NameWrong = new("vendor-name-wrong", "A vendor has a name of at most 100 letters.", 422);
    public static readonly Refusal AgreementWrong = new("agreement-wrong", "An agreement has a number of at most 100 letters.", 422);
    public static readonly Refusal DaysWrong = new("agreement-days-wrong", "An agreement ends after it begins, and within ten years.", 422);
    public static readonly Refusal DataClassMissing = new("data-class-missing", "An agreement covers at least one class of data.", 422);
    public static readonly Refusal HostsWrong = new("hosts-wrong", "A vendor has one to twenty hosts, each an exact DNS name.", 422);

    /// <summary>The caller in that tenant; null where they are no admin of it.</summary>
    public static Caller? Admin(Caller caller, TenantId tenant) => caller.Role == WireName.Of(StaffRole.Admin) ? caller.Within(tenant.ToString()) : null;

    /// <summary>As <see cref="Admin"/>, for who may look: an auditor reads and changes nothing.</summary>
    public static Caller? Reader(Caller caller, TenantId tenant) =>
        caller.Role == WireName.Of(StaffRole.Auditor) ? caller.Within(tenant.ToString()) : Admin(caller, tenant);

    /// <summary>The terms as they are kept, or why not.</summary>
    public static Answer<VendorTerms> Clean(VendorTerms terms)
    {
        var (name, agreement) = (terms.Name.Trim(), terms.Agreement.Trim());
        if (name.Length is 0 or > LongestName) return NameWrong;
        if (agreement.Length is 0 or > LongestName) return AgreementWrong;
        if (terms.Until < terms.From || terms.Until > terms.From.AddYears(LongestYears)) return DaysWrong;
        if (terms.DataClasses.Count == 0) return DataClassMissing;
        var hosts = terms.Hosts.Select(host => HostName.TryParse(host.Trim(), out var parsed) ? parsed.Text : null).Distinct().ToList();
        if (hosts.Count is 0 or > MostHosts || hosts.Contains(null)) return HostsWrong;
        return new VendorTerms(name, agreement, terms.From, terms.Until, [.. terms.DataClasses.Distinct().Order()], [.. hosts.OfType<string>().Order(StringComparer.Ordinal)]);
    }
}

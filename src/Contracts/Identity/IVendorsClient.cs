using Refit;
using System.Text.Json.Serialization;

namespace FirstRing.Contracts.Identity;

/// <summary>
/// The registry of business associate agreements (45 CFR 164.504(e)): whom a clinic's data may go to. Nothing leaves for a host that no valid agreement
/// names. Days are in UTC and both included. What is for admins is refused to others with <c>not-allowed</c>.
/// </summary>
public interface IVendorsClient
{
    /// <summary>For admins and auditors.</summary>
    [Post("/contract/identity/list-vendors")] Task<Answer<VendorList>> ListVendors([Body] ListVendors request, CancellationToken stop);

    /// <summary>For admins. Refused: <c>vendor-name-wrong</c>, <c>agreement-wrong</c>, <c>agreement-days-wrong</c>, <c>data-class-missing</c>, <c>hosts-wrong</c>,
    /// <c>idempotency-mismatch</c>.</summary>
    [Post("/contract/identity/add-vendor")] Task<Answer<Vendor>> AddVendor([Body] AddVendor request, CancellationToken stop);

    /// <summary>For admins. Refused as adding, and <c>no-such-vendor</c>, <c>vendor-ended</c>.</summary>
    [Post("/contract/identity/edit-vendor")] Task<Answer<Vendor>> EditVendor([Body] EditVendor request, CancellationToken stop);

    /// <summary>For admins. From now on nothing goes to its hosts; again changes nothing. Refused: <c>no-such-vendor</c>.</summary>
    [Post("/contract/identity/end-vendor")] Task<Answer<Vendor>> EndVendor([Body] EndVendor request, CancellationToken stop);

    /// <summary>For admins. Tries a TLS connection to each host's port 443, as anything that goes out would. Refused: <c>no-such-vendor</c>.</summary>
    [Post("/contract/identity/check-vendor")] Task<Answer<VendorChecked>> CheckVendor([Body] CheckVendor request, CancellationToken stop);

    /// <summary>For services that send: the agreements that name a host, valid or not.</summary>
    [Post("/contract/identity/find-agreements")] Task<Answer<AgreementList>> FindAgreements([Body] FindAgreements request, CancellationToken stop);
}

/// <summary>What may go out under an agreement.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DataClass>))]
public enum DataClass
{
    /// <summary>Nothing about any person.</summary>
    [JsonStringEnumMemberName("operational")] Operational,

    /// <summary>Opaque ids with times and clinicians.</summary>
    [JsonStringEnumMemberName("linked-phi")] LinkedPhi,

    /// <summary>What identifies or narrates.</summary>
    [JsonStringEnumMemberName("phi")] Phi,
}

/// <summary><paramref name="Agreement"/> is the clinic's own number for it. <paramref name="Hosts"/> are exact DNS names.</summary>
public sealed record VendorTerms(string Name, string Agreement, DateOnly From, DateOnly Until, IReadOnlyList<DataClass> DataClasses, IReadOnlyList<string> Hosts);

/// <summary><paramref name="EndedAt"/> and <paramref name="AlertedAt"/> are UTC microseconds; the latter says when the alert before its expiry was raised.</summary>
public sealed record Vendor(VendorId Id, VendorTerms Terms, long? EndedAt, long? AlertedAt);
public sealed record VendorList(IReadOnlyList<Vendor> Vendors);
public sealed record ListVendors(TenantId Tenant);
public sealed record AddVendor(string Key, TenantId Tenant, VendorTerms Terms);
public sealed record EditVendor(TenantId Tenant, VendorId Id, VendorTerms Terms);
public sealed record EndVendor(TenantId Tenant, VendorId Id);
public sealed record CheckVendor(TenantId Tenant, VendorId Id);

/// <summary><paramref name="Outcome"/>: <c>reached</c>, <c>no-answer</c>, <c>wrong-certificate</c>, or the code of the refusal.</summary>
public sealed record HostChecked(string Host, string Outcome);
public sealed record VendorChecked(IReadOnlyList<HostChecked> Hosts);
public sealed record FindAgreements(TenantId Tenant, string Host);
public sealed record HostAgreement(DateOnly From, DateOnly Until, bool Ended, IReadOnlyList<DataClass> DataClasses);
public sealed record AgreementList(IReadOnlyList<HostAgreement> Agreements);

/// <summary>An agreement ends within thirty days, at the end of <paramref name="Until"/>: <paramref name="Admins"/> are to hear of it, once for each end it has.</summary>
public sealed record AgreementExpires(TenantId Tenant, VendorId Vendor, DateOnly Until, IReadOnlyList<StaffId> Admins);

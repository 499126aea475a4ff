using System.Text.Json.Serialization;
using Refit;

namespace FirstRing.Contracts.Identity;

/// <summary>Tenants, staff logins, patients' link tokens, visit passes.</summary>
public interface IIdentityClient
{
    /// <summary>Makes a link for one participant of a visit of the clinic's; for a clinician, of a visit of their own. Refused: <c>not-a-participant</c>,
    /// <c>idempotency-mismatch</c>, <c>patient-missing</c> (a patient's link names the patient, a proxy's both), <c>link-times-wrong</c>, <c>no-such-proxy</c> (or their grant does not
    /// hold now), <c>visit-confidential</c>. A proxy's link ends with their grant at the latest.</summary>
    [Post("/contract/identity/create-link")] Task<Answer<LinkCreated>> CreateLink([Body] CreateLink request, CancellationToken stop);

    /// <summary>Makes every link of one participant worthless; a link made afterwards works.</summary>
    [Post("/contract/identity/revoke-links")] Task<Answer<Done>> RevokeLinks([Body] RevokeLinks request, CancellationToken stop);

    /// <summary>Looks at a link without using it up. Refused: <c>link-not-valid</c> for unknown, expired and revoked links alike.</summary>
    [Post("/contract/identity/look-link")] Task<Answer<LinkSeen>> LookLink([Body] LookLink request, CancellationToken stop);

    /// <summary>The first entry binds the link to the device. A proxy's opens only on a device that gave the proxy's own birth date. Refused: <c>link-not-valid</c>, <c>link-early</c>,
    /// <c>birth-date-needed</c>.</summary>
    [Post("/contract/identity/enter-by-link")] Task<Answer<Entered>> EnterByLink([Body] EnterByLink request, CancellationToken stop);

    /// <summary>A second device proves itself by the patient's birth date, each device of a proxy by the proxy's. Refused: <c>birth-date-wrong</c>, <c>too-many-tries</c>
    /// (five an hour), <c>link-not-valid</c>, <c>link-early</c>.</summary>
    [Post("/contract/identity/prove-birth-date")] Task<Answer<Entered>> ProveBirthDate([Body] ProveBirthDate request, CancellationToken stop);

    /// <summary>The first of two steps. Refused: <c>sign-in-failed</c> (same work and answer for unknown names), <c>too-many-tries</c>.</summary>
    [Post("/contract/identity/sign-in")] Task<Answer<SignedIn>> SignIn([Body] SignIn request, CancellationToken stop);

    /// <summary>Who a whole login belongs to. Refused: <c>not-signed-in</c>, and of a login that is not whole <c>code-needed</c> or <c>factor-missing</c>.</summary>
    [Post("/contract/identity/who-is")] Task<Answer<StaffMember>> WhoIs([Body] WhoIs request, CancellationToken stop);

    [Post("/contract/identity/sign-out")] Task<Answer<Done>> SignOut([Body] SignOut request, CancellationToken stop);

    /// <summary>Bridge for notifications, at the moment of sending: where to reach a member of staff, and nothing else. Audited. Refused: <c>no-such-staff</c>.</summary>
    [Post("/contract/identity/get-staff-address")] Task<Answer<StaffAddress>> GetStaffAddress([Body] GetStaffAddress request, CancellationToken stop);

    /// <summary>A pass for a signed-in member of staff who is a participant of the visit. Refused: <c>not-signed-in</c>, <c>not-a-participant</c>.</summary>
    [Post("/contract/identity/enter-as-staff")] Task<Answer<Entered>> EnterAsStaff([Body] EnterAsStaff request, CancellationToken stop);

    /// <summary>Refused: <c>no-such-tenant</c>.</summary>
    [Post("/contract/identity/get-tenant")] Task<Answer<Tenant>> GetTenant([Body] GetTenant request, CancellationToken stop);

    /// <summary>Refused: <c>no-such-staff</c>.</summary>
    [Post("/contract/identity/get-staff")] Task<Answer<StaffMember>> GetStaff([Body] GetStaff request, CancellationToken stop);

    /// <summary>Demo clinic only. A one-click sign-in for its clinician. Refused: <c>demo-off</c>.</summary>
    [Post("/contract/identity/demo-sign-in-link")] Task<Answer<DemoSignInLink>> DemoSignInLink([Body] MakeDemoSignInLink request, CancellationToken stop);

    /// <summary>Demo clinic only. Refused: <c>demo-off</c>, <c>sign-in-failed</c>.</summary>
    [Post("/contract/identity/demo-sign-in")] Task<Answer<SignedIn>> DemoSignIn([Body] DemoSignIn request, CancellationToken stop);
}

/// <summary>Times are UTC microseconds. <paramref name="Key"/> makes a repeat answer the same link.</summary>
public sealed record CreateLink(string Key, TenantId Tenant, VisitId Visit, CallId Call, ParticipantId Participant, VisitRole Role, PatientId? Patient,
    long NotBefore, long Expires, ProxyId? Proxy = null);

/// <summary><paramref name="Token"/> has at least 128 random bits and is shown once; only its hash is stored.</summary>
public sealed record LinkCreated(string Token);

/// <summary>When links into a visit open and close, in microseconds before its start and after its planned end.</summary>
public static class VisitLinkTimes
{
    public const long OpensBefore = 30 * 60_000_000L, ClosesAfter = 6 * 60 * 60_000_000L;

    /// <summary>Of one visit, in UTC microseconds.</summary>
    public static (long Opens, long Closes) Of(Scheduling.Visit visit) => (visit.StartsAt - OpensBefore, visit.StartsAt + visit.Minutes * 60_000_000L + ClosesAfter);
}

public sealed record RevokeLinks(TenantId Tenant, VisitId Visit, ParticipantId Participant);
/// <summary><paramref name="Device"/>: the device secret of the cookie, which tells who looks at a proxy's link.</summary>
public sealed record LookLink(string Token, string? Device = null);

/// <summary><paramref name="Proxy"/> is there for a proxy's link alone.</summary>
public sealed record LinkSeen(TenantId Tenant, VisitId Visit, ParticipantId Participant, VisitRole Role, bool Bound, long NotBefore, long Expires, ProxySeen? Proxy = null);

/// <summary>Whose link was looked at, and what they may do. <paramref name="Proven"/>: this device gave their birth date; only then it is told for whom they act.</summary>
public sealed record ProxySeen(ProxyId Id, IReadOnlyList<ProxyScope> Scopes, bool Proven, PatientId? Patient);

/// <summary><paramref name="Device"/> is the device secret of the cookie, null on a device's first entry. The answer names the secret to keep.</summary>
public sealed record EnterByLink(string Token, string? Device);
public sealed record ProveBirthDate(string Token, string Device, Phi<DateOnly> BirthDate);

/// <summary><paramref name="Pass"/> is the visit pass (JWT). <paramref name="Identified"/> is false on another device until the birth date was given:
/// such a device may wait, but sees no PHI.</summary>
public sealed record Entered(string Pass, string? Device, bool Identified, VisitId Visit, ParticipantId Participant, VisitRole Role);

/// <summary><paramref name="Agent"/> says the browser in a few words; <paramref name="Earlier"/> is the secret of this browser's login before, which ends.</summary>
public sealed record SignIn(string Email, string Password, string? Agent = null, string? Earlier = null);

/// <summary><paramref name="Login"/> is the secret of the login cookie.</summary>
public sealed record SignedIn(string Login, StaffMember Staff, LoginLevel Level = LoginLevel.Full);
/// <summary>A login of staff, or a link, ended before its time: passes under it are good no more. <paramref name="At"/> in UTC microseconds.</summary>
public sealed record LoginEnded(LoginId Login, long At);

/// <summary>What was changed of how a member of staff signs in.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SignInChange>))]
public enum SignInChange
{
    [JsonStringEnumMemberName("password-set")] PasswordSet,
    [JsonStringEnumMemberName("app-set")] AppSet,
    [JsonStringEnumMemberName("recovery-codes-made")] RecoveryCodesMade,
    [JsonStringEnumMemberName("passkey-added")] PasskeyAdded,
    [JsonStringEnumMemberName("passkey-removed")] PasskeyRemoved,

    /// <summary>An admin took password and factors away.</summary>
    [JsonStringEnumMemberName("reset")] Reset,
}

/// <summary>Whoever is meant is to hear of it. <paramref name="At"/> in UTC microseconds.</summary>
public sealed record SignInChanged(TenantId Tenant, StaffId Staff, SignInChange Change, long At);
public sealed record GetStaffAddress(TenantId Tenant, StaffId Id);

/// <summary><paramref name="Email"/> is null until it is known, from an invitation or from signing in with it.</summary>
public sealed record StaffAddress(Phi<string>? Email);
public sealed record WhoIs(string Login);
public sealed record SignOut(string Login);
public sealed record StaffMember(StaffId Id, TenantId Tenant, StaffRole Role, string Name);
public sealed record EnterAsStaff(string Login, VisitId Visit, CallId Call, ParticipantId Participant, VisitRole Role);
public sealed record GetTenant(TenantId Id);

/// <summary><paramref name="Zone"/> is an IANA time zone id. <paramref name="MajorityAge"/>: the birthday, in years, on which a patient comes of age where the clinic is.</summary>
public sealed record Tenant(TenantId Id, string Name, string Phone, string Zone, bool Demo, int MajorityAge = 18);
public sealed record GetStaff(TenantId Tenant, StaffId Id);
public sealed record MakeDemoSignInLink;
public sealed record DemoSignInLink(string Token, StaffMember Staff);
public sealed record DemoSignIn(string Token);

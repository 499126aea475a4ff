using Refit;
using System.Text.Json.Serialization;

namespace FirstRing.Contracts.Identity;

/// <summary>A clinic's staff, administered by its admins: others are refused with <c>not-allowed</c>, and whom the clinic does not know with <c>no-such-staff</c>.
/// Whoever loses a role, an account or a factor loses all their logins at once.</summary>
public interface IStaffClient
{
    [Post("/contract/identity/list-staff")] Task<Answer<StaffList>> ListStaff([Body] ListStaff request, CancellationToken stop);

    /// <summary>A member of staff who may do nothing until they take up the invitation. Refused: <c>staff-name-wrong</c>, <c>email-wrong</c>,
    /// <c>email-taken</c>, <c>idempotency-mismatch</c>.</summary>
    [Post("/contract/identity/invite-staff")] Task<Answer<Invited>> InviteStaff([Body] InviteStaff request, CancellationToken stop);

    /// <summary>Refused: <c>own-account</c>.</summary>
    [Post("/contract/identity/change-role")] Task<Answer<Done>> ChangeRole([Body] ChangeRole request, CancellationToken stop);

    /// <summary>From now on they cannot sign in, or can again. Refused: <c>own-account</c>.</summary>
    [Post("/contract/identity/disable-staff")] Task<Answer<Done>> DisableStaff([Body] DisableStaff request, CancellationToken stop);

    /// <summary>Takes password and factors away, for who lost them, and answers an invitation to set new ones. Refused: <c>own-account</c>,
    /// <c>staff-disabled</c>, <c>idempotency-mismatch</c>.</summary>
    [Post("/contract/identity/reset-staff")] Task<Answer<Invited>> ResetStaff([Body] ResetStaff request, CancellationToken stop);

    /// <summary>The whole logins of one member.</summary>
    [Post("/contract/identity/list-logins")] Task<Answer<LoginList>> ListLogins([Body] ListLogins request, CancellationToken stop);

    /// <summary>Ending one that is over changes nothing.</summary>
    [Post("/contract/identity/end-login")] Task<Answer<Done>> EndLogin([Body] EndLogin request, CancellationToken stop);

    /// <summary>What opening an invitation shows; writes nothing. Refused: <c>invitation-not-valid</c>, of unknown, used and expired ones alike.</summary>
    [Post("/contract/identity/look-invitation")] Task<Answer<InvitationSeen>> LookInvitation([Body] LookInvitation request, CancellationToken stop);

    /// <summary>Sets the password and signs in, as someone who is to set up a factor next. Once. Refused: as looking, <c>password-short</c>,
    /// <c>password-long</c>, <c>password-common</c>, <c>password-clinic</c>.</summary>
    [Post("/contract/identity/take-invitation")] Task<Answer<SignedIn>> TakeInvitation([Body] TakeInvitation request, CancellationToken stop);

    /// <summary>A clinic and the invitation of its first admin, for whoever has the operator's secret of the data folder. Refused: <c>not-operator</c>,
    /// <c>clinic-name-wrong</c>, <c>clinic-phone-wrong</c>, <c>clinic-zone-wrong</c>, and as inviting staff. The same request again renews the invitation
    /// until it is taken up.</summary>
    [Post("/contract/identity/open-clinic")] Task<Answer<ClinicOpened>> OpenClinic([Body] OpenClinic request, CancellationToken stop);
}

[JsonConverter(typeof(JsonStringEnumConverter<StaffState>))]
public enum StaffState
{
    [JsonStringEnumMemberName("active")] Active,

    /// <summary>Has an invitation to take up first.</summary>
    [JsonStringEnumMemberName("invited")] Invited,
    [JsonStringEnumMemberName("disabled")] Disabled,
}

/// <summary><paramref name="Logins"/> counts the living ones; <paramref name="UsedAt"/> in UTC microseconds, null where there is none.</summary>
public sealed record StaffEntry(StaffMember Member, StaffState State, bool HasFactor, int Logins, long? UsedAt);
public sealed record ListStaff(TenantId Tenant);
public sealed record StaffList(IReadOnlyList<StaffEntry> Staff);
public sealed record InviteStaff(string Key, TenantId Tenant, string Name, string Email, StaffRole Role);

/// <summary><paramref name="Token"/> has 160 bits, is good once and for 72 hours; <paramref name="Expires"/> in UTC microseconds.</summary>
public sealed record Invited(StaffId Staff, string Token, long Expires);

/// <summary><paramref name="Phone"/> is shown to patients as their way in when all else fails; <paramref name="Zone"/> is an IANA time zone id.
/// <paramref name="MajorityAge"/>: the birthday, in years, on which a patient comes of age there.</summary>
public sealed record OpenClinic(string Key, string Secret, string Name, string Phone, string Zone, string AdminName, string AdminEmail, int MajorityAge = 18);
public sealed record ClinicOpened(TenantId Tenant, Invited Admin);
public sealed record ChangeRole(TenantId Tenant, StaffId Staff, StaffRole Role);
public sealed record DisableStaff(TenantId Tenant, StaffId Staff, bool Disabled);
public sealed record ResetStaff(string Key, TenantId Tenant, StaffId Staff);
public sealed record ListLogins(TenantId Tenant, StaffId Staff);

/// <summary><paramref name="Way"/>: how it was begun, <c>password+totp</c>, <c>password+recovery</c>, <c>passkey</c> or <c>demo-link</c>. Times in UTC microseconds.</summary>
public sealed record LoginEntry(LoginId Id, string Way, string Agent, long CreatedAt, long UsedAt);
public sealed record LoginList(IReadOnlyList<LoginEntry> Logins);
public sealed record EndLogin(TenantId Tenant, StaffId Staff, LoginId Login);
public sealed record LookInvitation(string Token);
public sealed record InvitationSeen(string Clinic, string Name, StaffRole Role, bool Demo);
public sealed record TakeInvitation(string Token, string Password, string? Agent = null);

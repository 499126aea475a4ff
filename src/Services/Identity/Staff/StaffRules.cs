using System.Net.Mail;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;

namespace FirstRing.Identity.Staff;

/// <summary>Who may administer staff, and what a name and an address must be like.</summary>
internal static class StaffRules
{
    const int LongestName = 100, LongestEmail = 254;

    public static readonly Refusal NotAllowed = new("not-allowed", "Only an admin of the clinic may do this.", 403);
    public static readonly Refusal OwnAccount = new("own-account", "Nobody does this to themselves. Ask another admin.", 409);
    public static readonly Refusal StaffDisabled = new("staff-disabled", "This member is disabled. Enable them first.", 409);
    public static readonly Refusal NameWrong = new("staff-name-wrong", "A name has at most 100 letters.", 422);
    public static readonly Refusal EmailWrong = new("email-wrong", "This is no e-mail address.", 422);
    public static readonly Refusal EmailTaken = new("email-taken", "Someone has this e-mail address already.", 409);
    public static readonly Refusal InvitationNotValid = new("invitation-not-valid", "This invitation does not work any more.", 404);

    /// <summary>The caller in that tenant; null where they are no admin of it.</summary>
    public static Caller? Admin(Caller caller, TenantId tenant) => caller.Role == WireName.Of(StaffRole.Admin) ? caller.Within(tenant.ToString()) : null;

    public static string? Name(string typed) => typed.Trim() is { Length: > 0 and <= LongestName } name && !name.Any(char.IsControl) ? name : null;

    public static string? Email(string typed) =>
        typed.Trim() is { Length: > 0 and <= LongestEmail } email && MailAddress.TryCreate(email, out var parsed) && parsed.Address == email ? email : null;
}

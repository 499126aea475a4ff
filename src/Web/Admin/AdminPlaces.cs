using FirstRing.Contracts;

namespace FirstRing.Web.Admin;

/// <summary>A page of the administration. <paramref name="Text"/>: key of its name in the bar.</summary>
internal sealed record AdminPlace(string Path, string Text, IReadOnlyList<StaffRole> Roles);

/// <summary>Every page of the administration and who may open it: the bar shows each the places that are theirs, and the doors ask here too.</summary>
internal static class AdminPlaces
{
    public static readonly AdminPlace Staff = new("/admin/staff", "staff.title", [StaffRole.Admin]);
    public static readonly AdminPlace Vendors = new("/admin/vendors", "vendors.short", [StaffRole.Admin, StaffRole.Auditor]);

    public static readonly AdminPlace Audit = new("/admin/audit", "audit.title", [StaffRole.Admin, StaffRole.Auditor]);
    public static readonly AdminPlace Keys = new("/admin/keys", "keys.title", [StaffRole.Admin, StaffRole.Operator]);

    public static readonly AdminPlace Emergencies = new("/admin/emergencies", "emergencies.short", [StaffRole.Admin, StaffRole.Auditor]);

    public static readonly AdminPlace Messages = new("/admin/messages", "messages.title", [StaffRole.Admin]);

    public static readonly AdminPlace Apps = new("/admin/apps", "apps.title", [StaffRole.Admin]);

    public static readonly AdminPlace Consents = new("/admin/consents", "consents.short", [StaffRole.Admin]);

    static readonly IReadOnlyList<AdminPlace> All = [Staff, Audit, Emergencies, Vendors, Consents, Keys, Messages, Apps];

    /// <summary>Who works with patients and their visits, and so has the day's list.</summary>
    public static readonly IReadOnlyList<StaffRole> Clinic = [StaffRole.Clinician, StaffRole.FrontDesk, StaffRole.Admin];

    public static IEnumerable<AdminPlace> Of(StaffRole role) => All.Where(place => place.Roles.Contains(role));

    /// <summary>Where someone of this role begins.</summary>
    public static string FirstOf(StaffRole role) => Clinic.Contains(role) ? "/clinic" : Of(role).FirstOrDefault()?.Path ?? "/me/security";
}

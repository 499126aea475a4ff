namespace FirstRing.Contracts;

/// <summary>For whom a service may act, as access declarations name them: the wire names of roles, and sets of them.</summary>
public static class Who
{
    /// <summary>Has opened a link but not entered by it: a device in front of the lobby.</summary>
    public static readonly string LinkHolder = "link-holder";

    public static readonly string Patient = WireName.Of(VisitRole.Patient);

    /// <summary>Acts for a patient in a visit, by a grant.</summary>
    public static readonly string Proxy = WireName.Of(VisitRole.Proxy);
    public static readonly string Admin = WireName.Of(StaffRole.Admin);

    public static readonly IReadOnlyList<string> Staff = [.. Enum.GetValues<StaffRole>().Select(WireName.Of)];

    /// <summary>Staff who see patients or arrange their visits.</summary>
    public static readonly IReadOnlyList<string> Clinic = [WireName.Of(StaffRole.Clinician), WireName.Of(StaffRole.FrontDesk), Admin];

    public static readonly string Clinician = WireName.Of(StaffRole.Clinician);

    /// <summary>Of them, those who arrange everybody's visits.</summary>
    public static readonly IReadOnlyList<string> Desk = [WireName.Of(StaffRole.FrontDesk), Admin];

    /// <summary>Staff who may look at what holds and at who did what, and change nothing of it.</summary>
    public static readonly IReadOnlyList<string> LogReaders = [Admin, WireName.Of(StaffRole.Auditor)];

    /// <summary>Whoever takes part in a visit.</summary>
    public static readonly IReadOnlyList<string> Participants = [.. Enum.GetValues<VisitRole>().Select(WireName.Of)];
}

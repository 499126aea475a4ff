using FirstRing.Contracts;
using FirstRing.Notifications.Deliveries;
using FirstRing.Notifications.Mail;

namespace FirstRing.Notifications.Templates;

/// <summary>A record was opened in an emergency: each admin of the clinic is told when, and where it is to be reviewed. By whom, whose and why is on that page alone.</summary>
internal static class EmergencyAlert
{
    public const string Name = "emergency-access";

    public static Task<Written> Write(Claimed claimed, SmtpOptions options, IServiceProvider services, CancellationToken stop) => ToStaff.Write(claimed, services,
        (address, clinic) => new EmergencyAlertFields(clinic.Name, claimed.CreatedAt, clinic.Zone, new Uri(options.Door, "/admin/emergencies")).Letter(address), stop);
}

/// <summary>All that this letter says.</summary>
internal sealed record EmergencyAlertFields(string Clinic, long At, string Zone, Uri Link)
{
    public Letter Letter(Phi<string> to)
    {
        var at = ClinicTime.Of(At, Zone);
        return Template.Of(EmergencyAlert.Name).Fill(to, toPatient: false, Clinic, new Dictionary<string, string>
        {
            ["clinic"] = Clinic,
            ["day"] = at.Day,
            ["time"] = at.Time,
            ["city"] = at.City,
            ["link"] = Link.ToString(),
        });
    }
}

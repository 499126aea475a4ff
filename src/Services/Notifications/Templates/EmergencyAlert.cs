using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Notifications.Deliveries;
using FirstRing.Notifications.Mail;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Notifications.Templates;

/// <summary>A record was opened in an emergency: each admin of the clinic is told when, and where it is to be reviewed. By whom, whose and why is on that page alone.</summary>
internal static class EmergencyAlert
{
    public const string Name = "emergency-access";

    public static async Task<Written> Write(Claimed claimed, SmtpOptions options, IServiceProvider services, CancellationToken stop)
    {
        var identity = services.Client<IIdentityClient>("notifications", "identity");
        var known = await identity.GetStaffAddress(new GetStaffAddress(claimed.Tenant, StaffId.Parse(claimed.Recipient!, null)), stop);
        if (known.Value?.Email is not { } address) return new Written(null, Outcome.NoAddress);
        return (await identity.GetTenant(new GetTenant(claimed.Tenant), stop)).Value is { } clinic
            ? new Written(new EmergencyAlertFields(clinic.Name, claimed.CreatedAt, clinic.Zone, new Uri(options.Door, "/admin/emergencies")).Letter(address))
            : new Written(null, Outcome.NoAddress);
    }
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

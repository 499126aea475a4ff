using FirstRing.Contracts;
using FirstRing.Notifications.Deliveries;
using FirstRing.Notifications.Mail;

namespace FirstRing.Notifications.Templates;

/// <summary>An agreement with a vendor ends soon: each admin of the clinic is told where to look. With whom, and when, is on that page.</summary>
internal static class AgreementNotice
{
    public const string Name = "agreement-expires";

    public static Task<Written> Write(Claimed claimed, SmtpOptions options, IServiceProvider services, CancellationToken stop) => ToStaff.Write(claimed, services,
        (address, clinic) => new AgreementNoticeFields(clinic.Name, new Uri(options.Door, "/admin/vendors")).Letter(address), stop);
}

/// <summary>All that this letter says.</summary>
internal sealed record AgreementNoticeFields(string Clinic, Uri Link)
{
    public Letter Letter(Phi<string> to) =>
        Template.Of(AgreementNotice.Name).Fill(to, toPatient: false, Clinic, new Dictionary<string, string> { ["clinic"] = Clinic, ["link"] = Link.ToString() });
}

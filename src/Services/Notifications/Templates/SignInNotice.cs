using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Notifications.Deliveries;
using FirstRing.Notifications.Mail;

namespace FirstRing.Notifications.Templates;

/// <summary>Something of how a member of staff signs in was changed: they are told what and when, so that whoever did not do it can say so.</summary>
internal static class SignInNotice
{
    public const string Name = "sign-in-changed";
    const string Words = "words/en";

    /// <summary>A sentence for each change, by its wire name.</summary>
    public static IReadOnlyDictionary<string, string> Changes { get; } = Read();

    public static Task<Written> Write(Claimed claimed, SmtpOptions options, IServiceProvider services, CancellationToken stop) => ToStaff.Write(claimed, services,
        (address, clinic) => new SignInNoticeFields(clinic.Name, clinic.Phone, claimed.CreatedAt, clinic.Zone, new Uri(options.Door, "/me/security"), claimed.Subject).Letter(address), stop);

    static Dictionary<string, string> Read()
    {
        using var stream = typeof(SignInNotice).Assembly.GetManifestResourceStream(Words)!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!;
    }
}

/// <summary>All that this letter says. <paramref name="Change"/>: wire name of what was changed.</summary>
internal sealed record SignInNoticeFields(string Clinic, string Phone, long At, string Zone, Uri Link, string Change)
{
    public Letter Letter(Phi<string> to)
    {
        var at = ClinicTime.Of(At, Zone);
        return Template.Of(SignInNotice.Name).Fill(to, toPatient: false, Clinic, new Dictionary<string, string>
        {
            ["clinic"] = Clinic,
            ["phone"] = Phone,
            ["day"] = at.Day,
            ["time"] = at.Time,
            ["city"] = at.City,
            ["change"] = SignInNotice.Changes[Change],
            ["link"] = Link.ToString(),
        });
    }
}

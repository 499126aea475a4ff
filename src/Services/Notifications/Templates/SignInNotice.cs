using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Notifications.Deliveries;
using FirstRing.Notifications.Mail;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Notifications.Templates;

/// <summary>Something of how a member of staff signs in was changed: they are told what and when, so that whoever did not do it can say so.</summary>
internal static class SignInNotice
{
    public const string Name = "sign-in-changed";
    const string Words = "words/en";

    /// <summary>A sentence for each change, by its wire name.</summary>
    public static IReadOnlyDictionary<string, string> Changes { get; } = Read();

    public static async Task<Written> Write(Claimed claimed, SmtpOptions options, IServiceProvider services, CancellationToken stop)
    {
        var identity = services.Client<IIdentityClient>("notifications", "identity");
        var known = await identity.GetStaffAddress(new GetStaffAddress(claimed.Tenant, StaffId.Parse(claimed.Recipient!, null)), stop);
        if (known.Value?.Email is not { } address) return new Written(null, Outcome.NoAddress);
        return (await identity.GetTenant(new GetTenant(claimed.Tenant), stop)).Value is { } clinic
            ? new Written(new SignInNoticeFields(clinic.Name, clinic.Phone, claimed.CreatedAt, clinic.Zone, new Uri(options.Door, "/me/security"), claimed.Subject).Letter(address))
            : new Written(null, Outcome.NoAddress);
    }

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

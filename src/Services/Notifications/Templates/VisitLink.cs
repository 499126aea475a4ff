using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Notifications.Deliveries;
using FirstRing.Notifications.Mail;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Notifications.Templates;

/// <summary>
/// A visit was booked: its patient gets time and link. The link is made here and now, under the delivery's id, so that every attempt sends the same one and
/// no store but identity's (which has its hash) knows it.
/// </summary>
internal static class VisitLink
{
    public const string Name = "visit-link";
    const string From = "notifications";

    public static async Task<Written> Write(Claimed claimed, SmtpOptions options, IServiceProvider services, CancellationToken stop)
    {
        var found = await services.Client<ISchedulingClient>(From, "scheduling").GetVisit(new GetVisit(claimed.Tenant, VisitId.Parse(claimed.Subject, null)), stop);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        if (found.Value is not { State: VisitState.Booked or VisitState.Started } visit || Instant.At(visit.StartsAt).AddMinutes(visit.Minutes) < now) return new Written(null, Outcome.VisitOver);

        var contact = await services.Client<IRecordsClient>(From, "records").GetContact(new GetContact(claimed.Tenant, visit.Patient), stop);
        if (contact.Value?.Email is not { } address) return new Written(null, Outcome.NoAddress);
        var identity = services.Client<IIdentityClient>(From, "identity");
        if ((await identity.GetTenant(new GetTenant(claimed.Tenant), stop)).Value is not { } clinic) return new Written(null, Outcome.VisitOver);
        var patient = visit.Participants.Single(one => one.Role == VisitRole.Patient);
        var times = VisitLinkTimes.Of(visit);
        var link = await identity.CreateLink(new CreateLink($"{claimed.Id}-{visit.StartsAt}", claimed.Tenant, visit.Id, visit.Call, patient.Id, patient.Role, visit.Patient,
            times.Opens, times.Closes), stop);
        return link.Value is { } made
            ? new Written(new VisitLinkFields(clinic.Name, clinic.Phone, visit.StartsAt, clinic.Zone, new Uri(options.Door, $"/j/{made.Token}")).Letter(address))
            : new Written(null, Outcome.VisitOver);
    }
}

/// <summary>All that this letter says: nothing in it tells who the patient is or whom they see.</summary>
internal sealed record VisitLinkFields(string Clinic, string Phone, long StartsAt, string Zone, Uri Link)
{
    public Letter Letter(Phi<string> to)
    {
        var starts = ClinicTime.Of(StartsAt, Zone);
        return Template.Of(VisitLink.Name).Fill(to, toPatient: true, Clinic, new Dictionary<string, string>
        {
            ["clinic"] = Clinic,
            ["phone"] = Phone,
            ["day"] = starts.Day,
            ["time"] = starts.Time,
            ["city"] = starts.City,
            ["link"] = Link.ToString(),
        });
    }
}

using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Ids;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Clinician;

/// <summary>Links into a visit: open half an hour before it, and for six hours after its planned end.</summary>
internal static class InviteLinks
{
    static readonly TimeSpan Before = TimeSpan.FromMinutes(30), After = TimeSpan.FromHours(6);

    public static async Task<string?> Make(Neighbours neighbours, Visit visit, Participant participant, string key, HttpRequest request, CancellationToken stop)
    {
        var starts = Instant.At(visit.StartsAt);
        var link = await neighbours.Identity.CreateLink(new CreateLink(key, visit.Tenant, visit.Id, visit.Call, participant.Id, participant.Role, participant.Patient,
            Instant.Microseconds(starts - Before), Instant.Microseconds(starts.AddMinutes(visit.Minutes) + After)), stop);
        return link.Value is { } made ? $"{request.Scheme}://{request.Host}/j/{made.Token}" : null;
    }
}

internal sealed record MadeLink(string Link);

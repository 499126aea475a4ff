using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Clinician;

/// <summary>Links into a visit: open half an hour before it, and for six hours after its planned end.</summary>
internal static class InviteLinks
{
    public static async Task<Answer<MadeLink>> Make(Neighbours neighbours, Visit visit, Participant participant, string key, HttpRequest request, CancellationToken stop)
    {
        var times = VisitLinkTimes.Of(visit);
        var link = await neighbours.Identity.CreateLink(new CreateLink(key, visit.Tenant, visit.Id, visit.Call, participant.Id, participant.Role, participant.Proxy is null ? participant.Patient : visit.Patient,
            times.Opens, times.Closes, participant.Proxy), stop);
        return link.Value is { } made ? new MadeLink($"{request.Scheme}://{request.Host}/j/{made.Token}") : link.Refused!;
    }
}

internal sealed record MadeLink(string Link);

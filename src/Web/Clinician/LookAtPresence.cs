using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>Who waits and who talks in today's visits, without a name: what the open list asks every few seconds.</summary>
internal static class LookAtPresence
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/presence", async (HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop) =>
    {
        var staff = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Platform.Errors.Problem.Broken;
        var visits = await ListToday.Visits(neighbours, staff, clock, Moments.ZoneOf(tenant), stop);
        return Results.Json(await Of(neighbours, staff.Tenant, visits, stop), WebJson.Default.IReadOnlyListVisitPresence);
    });

    /// <summary>The list is worth showing without presence, so a signaling that does not answer is not an error here.</summary>
    public static async Task<IReadOnlyList<VisitPresence>> Of(Neighbours neighbours, TenantId tenant, IReadOnlyList<Visit> visits, CancellationToken stop)
    {
        var running = visits.Where(visit => visit.State is VisitState.Booked or VisitState.Started).Select(visit => visit.Call).Take(200).ToList();
        var calls = new Dictionary<CallId, CallPresence>();
        try
        {
            if (running.Count > 0)
                foreach (var call in (await neighbours.Signaling.GetPresence(new GetPresence(tenant, running), stop)).Value?.Calls ?? []) calls[call.Call] = call;
        }
        catch (HttpRequestException)
        {
            calls.Clear();
        }
        return [.. visits.Select(visit => VisitPresence.Of(visit, calls.GetValueOrDefault(visit.Call)))];
    }
}

/// <summary><paramref name="Shows"/> is the one word the list shows: <c>booked</c>, <c>lobby</c>, <c>waiting</c>, <c>in-call</c>, <c>ended</c>, <c>no-show</c>.
/// <paramref name="Since"/> in UTC microseconds.</summary>
internal sealed record VisitPresence(string Visit, string Shows, long? Since)
{
    public static VisitPresence Of(Visit visit, CallPresence? call) => new(visit.Id.ToString(), visit.State switch
    {
        VisitState.Ended => "ended",
        VisitState.NoShow => "no-show",
        _ when call is { Waiting: > 0 } => "waiting",
        _ when call is { InCall: > 1 } => "in-call",
        _ when call is { InLobby: > 0 } => "lobby",
        _ => "booked",
    }, call is { Waiting: > 0 } ? call.WaitingSince : null);
}

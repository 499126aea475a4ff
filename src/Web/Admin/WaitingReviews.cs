using FirstRing.Contracts.Identity;
using FirstRing.Web.Clinician;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Page = FirstRing.Web.Rendering.Page;

namespace FirstRing.Web.Admin;

/// <summary>How many emergencies wait for a review: the administration's bar says so on each of its pages, to those who may look at them.</summary>
internal sealed record WaitingReviews(int Count)
{
    public static async ValueTask<object?> ForTheBar(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var (result, http) = (await next(context), context.HttpContext);
        if (result is not Page || http.Features.Get<StaffLogin>() is not { Staff: var staff } || !AdminPlaces.Emergencies.Roles.Contains(staff.Role)) return result;
        var counted = await http.RequestServices.GetRequiredService<Neighbours>().Emergencies.CountEmergencies(new CountEmergencies(staff.Tenant), http.RequestAborted);
        http.Features.Set(new WaitingReviews(counted.Value?.Waiting ?? 0));
        return result;
    }
}

using FirstRing.Contracts;
using FirstRing.Platform.Errors;
using FirstRing.Web.Clinician;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Admin;

/// <summary>Everything under <c>/admin</c> is for admins of the clinic; others are told so.</summary>
internal static class AdminOnly
{
    static readonly Problem NotAllowed = new("not-allowed", "Only an admin of the clinic may do this.", StatusCodes.Status403Forbidden);

    /// <summary>Comes after <see cref="StaffLogin.Required"/>.</summary>
    public static ValueTask<object?> Required(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        StaffLogin.Of(context.HttpContext).Staff.Role == StaffRole.Admin ? next(context) : ValueTask.FromResult<object?>(NotAllowed);
}

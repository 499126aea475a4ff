using FirstRing.Contracts;
using FirstRing.Platform.Errors;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Admin;

/// <summary>Pages for some roles of staff; others are told so. Who asks for the day's list without being of the clinic's is shown where they begin.</summary>
internal static class OnlyFor
{
    static readonly Problem NotAllowed = new("not-allowed", "This is not for your role.", StatusCodes.Status403Forbidden);

    /// <summary>Comes after <see cref="StaffLogin.Required"/>.</summary>
    public static Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object?>> Roles(IReadOnlyList<StaffRole> roles) => (context, next) =>
    {
        var http = context.HttpContext;
        var role = StaffLogin.Of(http).Staff.Role;
        if (roles.Contains(role)) return next(context);
        return ValueTask.FromResult<object?>(http.Request.Path == "/clinic" && HttpMethods.IsGet(http.Request.Method) && PlainErrors.WantsPage(http.Request)
            ? Results.Redirect(AdminPlaces.FirstOf(role))
            : NotAllowed);
    };
}

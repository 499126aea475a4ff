using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Account;

/// <summary>Changes the own password, and ends one of the own logins.</summary>
internal static class KeepPassword
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/security/password", Change);
        routes.MapPost("/security/logins/{id}/end", End);
    }

    static async Task<IResult> Change(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = await http.Request.ReadFormAsync(stop);
        var changed = await neighbours.Factors.ChangePassword(new ChangePassword(AnyLogin.Of(http).Login, form["present"].ToString(), form["new"].ToString()), stop);
        return changed.Refused switch
        {
            null => await ShowSecurity.Show(http, neighbours, null, changed: true, stop),
            { Status: StatusCodes.Status422UnprocessableEntity or StatusCodes.Status429TooManyRequests } or { Code: "present-wrong" } => await ShowSecurity.Show(http, neighbours, changed.Refused, false, stop),
            var why => Refusals.Of(why),
        };
    }

    static async Task<IResult> End(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!LoginId.TryParse(id, null, out var login)) return Problem.NotFound;
        var ended = await neighbours.Factors.EndOwnLogin(new EndOwnLogin(AnyLogin.Of(http).Login, login), stop);
        return ended.Refused is { } why ? Refusals.Of(why) : StaffLogin.On(http, "/me/security");
    }
}

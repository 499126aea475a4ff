using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Ids;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Admin;

/// <summary>What an admin does with the clinic's staff: invite, give another role, disable and enable, reset, end logins.</summary>
internal static class KeepStaff
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/staff", Invite);
        routes.MapPost("/staff/{id}/role", Role);
        routes.MapPost("/staff/{id}/disable", (string id, HttpContext http, Neighbours neighbours, CancellationToken stop) => Change(id, http,
            (tenant, staff) => neighbours.Staff.DisableStaff(new DisableStaff(tenant, staff, true), stop)));
        routes.MapPost("/staff/{id}/enable", (string id, HttpContext http, Neighbours neighbours, CancellationToken stop) => Change(id, http,
            (tenant, staff) => neighbours.Staff.DisableStaff(new DisableStaff(tenant, staff, false), stop)));
        routes.MapPost("/staff/{id}/reset", Reset);
        routes.MapPost("/staff/{id}/logins/{login}/end", (string id, string login, HttpContext http, Neighbours neighbours, CancellationToken stop) => LoginId.TryParse(login, null, out var which)
            ? Change(id, http, (tenant, staff) => neighbours.Staff.EndLogin(new EndLogin(tenant, staff, which), stop))
            : Task.FromResult<IResult>(Problem.NotFound));
    }

    static async Task<IResult> Invite(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = InviteForm.Read(await http.Request.ReadFormAsync(stop));
        var invited = await neighbours.Staff.InviteStaff(new InviteStaff(form.Key, StaffLogin.Of(http).Staff.Tenant, form.Name, form.Email, form.Role), stop);
        return invited switch
        {
            { Value: { } made } => await ShowStaff.List(http, neighbours, new InviteForm(), new InviteMade(LinkTo(http, made), form.Name), stop),
            { Refused: { Status: StatusCodes.Status422UnprocessableEntity or StatusCodes.Status409Conflict } why } => await ShowStaff.List(http, neighbours, form.With(why.Code), null, stop),
            _ => Refusals.Of(invited.Refused!),
        };
    }

    static async Task<IResult> Role(string id, HttpContext http, Neighbours neighbours, CancellationToken stop) =>
        http.Request.HasFormContentType && WireName.TryTo<StaffRole>((await http.Request.ReadFormAsync(stop))["role"].ToString(), out var role)
            ? await Change(id, http, (tenant, staff) => neighbours.Staff.ChangeRole(new ChangeRole(tenant, staff, role), stop))
            : Problem.BadJson;

    static async Task<IResult> Reset(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!StaffId.TryParse(id, null, out var staff)) return Problem.NotFound;
        var key = http.Request.HasFormContentType && (await http.Request.ReadFormAsync(stop))["key"].ToString() is { Length: >= 16 and <= 64 } given ? given : Token.New();
        var reset = await neighbours.Staff.ResetStaff(new ResetStaff(key, StaffLogin.Of(http).Staff.Tenant, staff), stop);
        return reset.Value is { } made ? await ShowStaff.One(id, http, neighbours, new InviteMade(LinkTo(http, made), ""), stop) : Refusals.Of(reset.Refused!);
    }

    static async Task<IResult> Change(string id, HttpContext http, Func<TenantId, StaffId, Task<Answer<Done>>> change)
    {
        if (!StaffId.TryParse(id, null, out var staff)) return Problem.NotFound;
        var done = await change(StaffLogin.Of(http).Staff.Tenant, staff);
        return done.Refused is { } why ? Refusals.Of(why) : StaffLogin.On(http, $"/admin/staff/{staff}");
    }

    static string LinkTo(HttpContext http, Invited made) => $"{http.Request.Scheme}://{http.Request.Host}/invited/{made.Token}";
}

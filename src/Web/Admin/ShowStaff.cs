using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Admin;

/// <summary>The clinic's staff: who may do what, who has a second factor, who is signed in; and one member with all their logins.</summary>
internal static class ShowStaff
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/staff", (HttpContext http, Neighbours neighbours, CancellationToken stop) => List(http, neighbours, new InviteForm(), null, stop));
        routes.MapGet("/staff/{id}", (string id, HttpContext http, Neighbours neighbours, CancellationToken stop) => One(id, http, neighbours, null, stop));
    }

    /// <summary>The list again, with a form that could not be taken or the link of an invitation just made.</summary>
    public static async Task<IResult> List(HttpContext http, Neighbours neighbours, InviteForm form, InviteMade? made, CancellationToken stop)
    {
        var me = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(me.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var listed = await neighbours.Staff.ListStaff(new ListStaff(me.Tenant), stop);
        if (listed.Refused is { } why) return Refusals.Of(why);
        return new Page(new StaffView(new AdminFrame(tenant.Name, me, tenant.Demo), [.. listed.Value!.Staff.Select(entry => Row(entry, tenant))], form, made), "clinic.css",
            status: form.Error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    public static async Task<IResult> One(string id, HttpContext http, Neighbours neighbours, InviteMade? made, CancellationToken stop)
    {
        var me = StaffLogin.Of(http).Staff;
        if (!StaffId.TryParse(id, null, out var staff)) return Problem.NotFound;
        if ((await neighbours.Identity.GetTenant(new GetTenant(me.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var listed = await neighbours.Staff.ListStaff(new ListStaff(me.Tenant), stop);
        if (listed.Refused is { } why) return Refusals.Of(why);
        if (listed.Value!.Staff.FirstOrDefault(one => one.Member.Id == staff) is not { } entry) return Problem.NotFound;
        var logins = await neighbours.Staff.ListLogins(new ListLogins(me.Tenant, staff), stop);
        if (logins.Refused is { } whyNot) return Refusals.Of(whyNot);
        return new Page(new MemberView(new AdminFrame(tenant.Name, me, tenant.Demo), Row(entry, tenant),
            [.. logins.Value!.Logins.Select(login => LoginRow.Of(login, Moments.ZoneOf(tenant)))], made), "clinic.css");
    }

    static StaffRow Row(StaffEntry entry, Tenant tenant) => new(entry.Member, entry.State, entry.HasFactor, entry.Logins,
        entry.UsedAt is { } at ? Moments.DateAndTime(at, Moments.ZoneOf(tenant)) : null);
}

/// <summary>What every page of the administration shows around it.</summary>
internal sealed record AdminFrame(string Clinic, StaffMember Me, bool Demo);

internal sealed record StaffRow(StaffMember Member, StaffState State, bool HasFactor, int Logins, string? Used);

/// <summary><paramref name="Way"/> is the end of a text's key.</summary>
internal sealed record LoginRow(string Id, string Way, string Agent, string Since, string Used)
{
    public static LoginRow Of(LoginEntry login, TimeZoneInfo zone) =>
        new(login.Id.ToString(), login.Way, login.Agent, Moments.DateAndTime(login.CreatedAt, zone), Moments.DateAndTime(login.UsedAt, zone));
}

/// <summary>The link that an invited person is to be given.</summary>
internal sealed record InviteMade(string Link, string Name);

internal sealed record StaffView(AdminFrame Frame, IReadOnlyList<StaffRow> Rows, InviteForm Form, InviteMade? Made) : IView
{
    public Type Body => typeof(StaffSheet);
    public string Title(Texts texts) => texts["staff.title"];
}

internal sealed record MemberView(AdminFrame Frame, StaffRow Row, IReadOnlyList<LoginRow> Logins, InviteMade? Made) : IView
{
    /// <summary>Nobody changes their own account here.</summary>
    public bool IsMe => Row.Member.Id == Frame.Me.Id;
    public string Key { get; } = FirstRing.Platform.Ids.Token.New();
    public Type Body => typeof(MemberSheet);
    public string Title(Texts texts) => Row.Member.Name;
}

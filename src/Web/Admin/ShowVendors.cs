using System.Globalization;
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

/// <summary>The agreements under which data may leave the clinic: what holds, what ends soon, what is over; a new one, or one to change.</summary>
internal static class ShowVendors
{
    const int Soon = 30;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/vendors", (HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop) => Show(http, neighbours, clock, new VendorForm(), null, stop));

    public static void MapEdit(IEndpointRouteBuilder routes) => routes.MapGet("/vendors/{id}", Edit);

    static async Task<IResult> Edit(string id, HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop)
    {
        var listed = await neighbours.Vendors.ListVendors(new ListVendors(StaffLogin.Of(http).Staff.Tenant), stop);
        return listed.Value?.Vendors.FirstOrDefault(vendor => vendor.Id.ToString() == id && vendor.EndedAt is null) is { } found
            ? await Show(http, neighbours, clock, VendorForm.Of(found), null, stop)
            : Problem.NotFound;
    }

    /// <summary>The list again, with a form that could not be taken or what a check of an entry's hosts found.</summary>
    public static async Task<IResult> Show(HttpContext http, Neighbours neighbours, TimeProvider clock, VendorForm form, CheckedVendor? check, CancellationToken stop)
    {
        var staff = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var listed = await neighbours.Vendors.ListVendors(new ListVendors(staff.Tenant), stop);
        if (listed.Refused is { } why) return Refusals.Of(why);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var rows = listed.Value!.Vendors.Select(vendor => Row(vendor, today)).OrderBy(row => row.Over).ToList();
        return new Page(new VendorsView(tenant.Name, staff, tenant.Demo, rows, form, check), "clinic.css",
            status: form.Error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    static VendorRow Row(Vendor vendor, DateOnly today)
    {
        var days = vendor.Terms.Until.DayNumber - today.DayNumber;
        var (state, text) = vendor switch
        {
            { EndedAt: not null } => ("ended", "vendors.state.ended"),
            _ when days < 0 => ("expired", "vendors.state.expired"),
            _ when today < vendor.Terms.From => ("not-yet", "vendors.state.not-yet"),
            _ when days <= Soon => ("soon", days == 1 ? "vendors.state.tomorrow" : days == 0 ? "vendors.state.today" : "vendors.state.soon"),
            _ => ("valid", "vendors.state.valid"),
        };
        return new VendorRow(vendor.Id.ToString(), vendor.Terms, Say(vendor.Terms.From), Say(vendor.Terms.Until), state, text, days, state is "ended" or "expired");
    }

    static string Say(DateOnly day) => day.ToString("MMMM d, yyyy", CultureInfo.InvariantCulture);
}

/// <summary><paramref name="StateKey"/>: the text that says the state; its {0} is <paramref name="DaysLeft"/>.</summary>
internal sealed record VendorRow(string Id, VendorTerms Terms, string From, string Until, string State, string StateKey, int DaysLeft, bool Over);

internal sealed record CheckedVendor(string Id, IReadOnlyList<HostChecked> Hosts);

internal sealed record VendorsView(string Clinic, StaffMember Me, bool Demo, IReadOnlyList<VendorRow> Rows, VendorForm Form, CheckedVendor? Check) : IView
{
    public bool MayChange => Me.Role == StaffRole.Admin;
    public Type Body => typeof(VendorsSheet);
    public string Title(Texts texts) => texts["vendors.title"];
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Admin;

/// <summary>What an admin does with an agreement: enter, change, end, try its hosts.</summary>
internal static class KeepVendors
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/vendors", Add);
        routes.MapPost("/vendors/{id}", Edit);
        routes.MapPost("/vendors/{id}/end", End);
        routes.MapPost("/vendors/{id}/check", Check);
    }

    static Task<IResult> Add(HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop) =>
        Take(http, neighbours, clock, "", (tenant, form, terms) => neighbours.Vendors.AddVendor(new AddVendor(form.Key, tenant, terms), stop), stop);

    static async Task<IResult> Edit(string id, HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop) => VendorId.TryParse(id, null, out var vendor)
        ? await Take(http, neighbours, clock, id, (tenant, _, terms) => neighbours.Vendors.EditVendor(new EditVendor(tenant, vendor, terms), stop), stop)
        : Problem.NotFound;

    static async Task<IResult> Take(HttpContext http, Neighbours neighbours, TimeProvider clock, string id, Func<TenantId, VendorForm, VendorTerms, Task<Answer<Vendor>>> keep, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = VendorForm.Read(await http.Request.ReadFormAsync(stop), id);
        if (form.Terms() is not { } terms) return await ShowVendors.Show(http, neighbours, clock, form.With("agreement-days-wrong"), null, stop);
        var kept = await keep(StaffLogin.Of(http).Staff.Tenant, form, terms);
        return kept.Refused switch
        {
            null => Back(http),
            { Status: StatusCodes.Status422UnprocessableEntity } why => await ShowVendors.Show(http, neighbours, clock, form.With(why.Code), null, stop),
            var why => Refusals.Of(why),
        };
    }

    static async Task<IResult> End(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!VendorId.TryParse(id, null, out var vendor)) return Problem.NotFound;
        var ended = await neighbours.Vendors.EndVendor(new EndVendor(StaffLogin.Of(http).Staff.Tenant, vendor), stop);
        return ended.Refused is { } why ? Refusals.Of(why) : Back(http);
    }

    static async Task<IResult> Check(string id, HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop)
    {
        if (!VendorId.TryParse(id, null, out var vendor)) return Problem.NotFound;
        var found = await neighbours.Vendors.CheckVendor(new CheckVendor(StaffLogin.Of(http).Staff.Tenant, vendor), stop);
        return found.Refused is { } why ? Refusals.Of(why) : await ShowVendors.Show(http, neighbours, clock, new VendorForm(), new CheckedVendor(id, found.Value!.Hosts), stop);
    }

    static IResult Back(HttpContext http)
    {
        http.Response.Headers.Location = "/admin/vendors";
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }
}

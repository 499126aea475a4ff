using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Errors;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>A new patient and a visit, now or later, and the link to give them. The form's key makes sending it twice one visit.</summary>
internal static class NewVisit
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/visits", Handle);

    static async Task<IResult> Handle(HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop)
    {
        var staff = StaffLogin.Of(http).Staff;
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var zone = Moments.ZoneOf(tenant);
        var form = NewVisitForm.Read(await http.Request.ReadFormAsync(stop), clock.GetUtcNow(), zone);
        if (form.Errors.Count > 0) return await ListToday.Show(http, neighbours, clock, form, null, stop);

        var patient = await neighbours.Records.CreatePatient(new CreatePatient(form.Key, staff.Tenant, new(form.GivenName), new(form.FamilyName), new(form.Born), null, form.Email.Length > 0 ? new Phi<string>(form.Email) : default(Phi<string>?)), stop);
        if (patient.Refused is { } why) return await Back(why);
        var booked = await neighbours.Scheduling.BookVisit(new BookVisit(form.Key, staff.Tenant, staff.Id, patient.Value!.Id, form.StartsAt(zone), form.Minutes), stop);
        if (booked.Refused is { } whyNot) return await Back(whyNot);
        var visit = booked.Value!;
        var made = await InviteLinks.Make(neighbours, visit, visit.Participants.Single(one => one.Role == VisitRole.Patient), form.Key, http.Request, stop);
        return made.Value is not { Link: var link }
            ? Refusals.Of(made.Refused!)
            : await ListToday.Show(http, neighbours, clock, new NewVisitForm(), new MadeVisit(link, $"{form.GivenName} {form.FamilyName}", form.Email.Length > 0), stop);

        Task<IResult> Back(Refusal refusal)
        {
            form.Errors[refusal.Code switch { "name-missing" => "given", "birth-date-wrong" => "born", "contact-wrong" => "email", "visit-in-the-past" => "at", _ => "form" }] = refusal.Code switch
            {
                "name-missing" => "new.error.given",
                "birth-date-wrong" => "new.error.born",
                "contact-wrong" => "new.error.email",
                "visit-in-the-past" => "new.error.at",
                _ => "new.error.form",
            };
            return ListToday.Show(http, neighbours, clock, form, null, stop);
        }
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Demo;

/// <summary>
/// The demo clinic's short cuts: a visit with both its links, and a sign-in by link. They exist only while the demo flag is set, and only for this machine.
/// </summary>
internal static class DemoDoor
{
    const string SecretHeader = "FirstRing-Demo", PatientKey = "demo-patient";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var demo = routes.MapGroup("/demo").AddEndpointFilter(OnlyHere);
        demo.MapPost("/visits", MakeVisit);
        demo.MapGet("/sign-in/{token}", SignIn);
    }

    static async ValueTask<object?> OnlyHere(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var settings = (WebSettings?)http.RequestServices.GetService(typeof(WebSettings));
        // In process (tests) there is no remote address; over the wire there always is one.
        var here = http.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address);
        return settings?.DemoSecret is null || !here ? Problem.NotFound : await next(context);
    }

    static async Task<IResult> MakeVisit(HttpContext http, Neighbours neighbours, WebSettings settings, CancellationToken stop)
    {
        var shown = Encoding.UTF8.GetBytes(http.Request.Headers[SecretHeader].ToString());
        if (!CryptographicOperations.FixedTimeEquals(shown, Encoding.UTF8.GetBytes(settings.DemoSecret!))) return Problem.NotFound;
        var key = http.Request.Headers["Idempotency-Key"].ToString() is { Length: >= 16 and <= 64 } given ? given : Token.New();

        Acting.As(Caller.Anyone("web"));
        var signIn = await neighbours.Identity.DemoSignInLink(new MakeDemoSignInLink(), stop);
        if (signIn.Value is not { } clinician) return Refusals.Of(signIn.Refused!);
        var (tenant, staff) = (clinician.Staff.Tenant, clinician.Staff.Id);
        Acting.As(new Caller("web", tenant.ToString(), staff.ToString(), "clinician"));

        var patient = await neighbours.Records.CreatePatient(new CreatePatient(PatientKey, tenant, new("Demo"), new("Patient"), new(new DateOnly(1950, 1, 31)), null, null), stop);
        if (patient.Value is null) return Refusals.Of(patient.Refused!);
        var booked = await neighbours.Scheduling.BookVisit(new BookVisit(key, tenant, staff, patient.Value.Id, null, 20), stop);
        if (booked.Value is not { } visit) return Refusals.Of(booked.Refused!);
        var made = await InviteLinks.Make(neighbours, visit, visit.Participants.Single(one => one.Role == VisitRole.Patient), key, http.Request, stop);
        return made.Value is not { Link: var link }
            ? Refusals.Of(made.Refused!)
            : Results.Json(new DemoVisit(visit.Id.ToString(), link, $"{http.Request.Scheme}://{http.Request.Host}/demo/sign-in/{clinician.Token}?visit={visit.Id}"),
                WebJson.Default.DemoVisit);
    }

    static async Task<IResult> SignIn(string token, string? visit, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        Acting.As(Caller.Anyone("web"));
        var answer = await neighbours.Identity.DemoSignIn(new DemoSignIn(token), stop);
        if (answer.Value is not { } signedIn) return Refusals.Of(answer.Refused!);
        StaffLogin.Remember(http.Response, signedIn.Login);
        return Results.Redirect(VisitId.TryParse(visit, null, out var id) ? $"/clinic/visits/{id}" : "/clinic");
    }
}

/// <summary>What <c>./firstring demo-visit</c> prints.</summary>
internal sealed record DemoVisit(string Visit, string Patient, string Clinician);

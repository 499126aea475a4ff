using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Web.Account;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Patient;

/// <summary>A patient's passkey: made on a device on which they gave their birth date, and afterwards a way into one's visits without any link. Nothing stays signed in.</summary>
internal static class OwnPasskey
{
    public static void MapMake(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/j/{token}/passkey", (string token, HttpContext http, Neighbours neighbours, CancellationToken stop) => Show(token, http, neighbours, null, stop));
        routes.MapPost("/j/{token}/passkey/begin", Begin);
        routes.MapPost("/j/{token}/passkey", Make);
    }

    public static void MapEnter(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/my", () => My(new MyView(null, null)));
        routes.MapPost("/my/begin", async (HttpContext http, Neighbours neighbours, CancellationToken stop) =>
        {
            Acting.As(Caller.Anyone("web"));
            return PasskeyDoor.Asked(await neighbours.PatientPasskeys.BeginPatientEntry(new BeginPatientEntry(PasskeyDoor.Origin(http)), stop));
        });
        routes.MapPost("/my", Enter);
        routes.MapPost("/my/remove", Remove);
    }

    // What opening it shows is the same on every device, and uses nothing up.
    static async Task<IResult> Show(string token, HttpContext http, Neighbours neighbours, Refusal? refused, CancellationToken stop)
    {
        Acting.As(Caller.Anyone("web"));
        if ((await neighbours.Identity.LookLink(new LookLink(token), stop)).Value is not { Role: VisitRole.Patient } link)
            return new Page(new Notice("link-gone"), "plain.css", status: StatusCodes.Status404NotFound);
        Acting.As(new Caller("web", link.Tenant.ToString(), link.Participant.ToString(), Who.LinkHolder));
        if ((await neighbours.Identity.GetTenant(new GetTenant(link.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var error = refused?.Code switch { null => null, "device-not-known" => "my.make.unknown", "too-many-passkeys" => "my.make.many", _ => "my.make.failed" };
        return new Page(new MakePasskeyView(tenant.Name, tenant.Phone, $"/j/{token}", error), "plain.css", "passkey.js", refused?.Status ?? StatusCodes.Status200OK);
    }

    // A link opens one visit. For a way into all of them its holder says when they were born, on its first device too.
    static async Task<IResult> Begin(string token, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = await http.Request.ReadFormAsync(stop);
        Acting.As(Caller.Anyone("web"));
        var device = Device.Of(http.Request) ?? "";
        if (GiveBirthDate.Read(form["born"]) is not { } born) return GiveBirthDate.NotADate;
        if ((await neighbours.Identity.ProveBirthDate(new ProveBirthDate(token, device, new Phi<DateOnly>(born)), stop)).Refused is { } why) return Refusals.Of(why);
        return PasskeyDoor.Asked(await neighbours.PatientPasskeys.BeginPatientPasskey(new BeginPatientPasskey(token, device, PasskeyDoor.Origin(http)), stop));
    }

    static async Task<IResult> Make(string token, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = await http.Request.ReadFormAsync(stop);
        Acting.As(Caller.Anyone("web"));
        var made = await neighbours.PatientPasskeys.AddPatientPasskey(new AddPatientPasskey(token, Device.Of(http.Request) ?? "", PasskeyDoor.Origin(http), form["ceremony"].ToString(), form["credential"].ToString()), stop);
        return made.Refused is { } why ? await Show(token, http, neighbours, why, stop) : new Page(new Notice("passkey-made", Link: "/my", LinkKey: "my.enter.title"), "plain.css");
    }

    static async Task<IResult> Enter(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = await http.Request.ReadFormAsync(stop);
        Acting.As(Caller.Anyone("web"));
        var entered = await neighbours.PatientPasskeys.EnterWithPasskey(new EnterWithPasskey(PasskeyDoor.Origin(http), form["ceremony"].ToString(), form["credential"].ToString(), Device.Of(http.Request)), stop);
        if (entered.Value is not { } own) return Refused(entered.Refused!);
        Device.Remember(http.Response, own.Device);
        if (own.Open is [var only])
        {
            http.Response.Headers.Location = $"/j/{only.Token}";
            return Results.StatusCode(StatusCodes.Status303SeeOther);
        }
        Acting.As(new Caller("web", own.Tenant.ToString(), "my", Who.LinkHolder));
        if ((await neighbours.Identity.GetTenant(new GetTenant(own.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var zone = Moments.ZoneOf(tenant);
        return My(new MyView(null, new MyVisits(tenant.Name, tenant.Phone, [.. own.Open.Select(visit => new MyVisit($"/j/{visit.Token}", Moments.Time(visit.StartsAt, zone)))],
            [.. own.Next.Select(at => Moments.DateAndTime(at, zone))])));
    }

    static async Task<IResult> Remove(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = await http.Request.ReadFormAsync(stop);
        Acting.As(Caller.Anyone("web"));
        var removed = await neighbours.PatientPasskeys.RemovePatientPasskey(new RemovePatientPasskey(PasskeyDoor.Origin(http), form["ceremony"].ToString(), form["credential"].ToString()), stop);
        return removed.Refused is { } why ? Refused(why) : My(new MyView("my.removed", null));
    }

    static IResult Refused(Refusal why) => why.Code == "passkey-refused" ? My(new MyView("my.enter.refused", null, Failed: true), why.Status) : Refusals.Of(why);

    static Page My(MyView view, int status = StatusCodes.Status200OK) => new(view, "plain.css", "passkey.js", status);
}

internal sealed record MakePasskeyView(string Clinic, string Phone, string Lobby, string? Error) : IView
{
    public Type Body => typeof(MakePasskeySheet);
    public string Title(Texts texts) => texts["my.make.title"];
}

/// <summary><paramref name="Said"/>: key of what is said on top; <paramref name="Own"/> is there after a passkey was shown.</summary>
internal sealed record MyView(string? Said, MyVisits? Own, bool Failed = false) : IView
{
    public Type Body => typeof(MySheet);
    public string Title(Texts texts) => texts["my.enter.title"];
}

internal sealed record MyVisits(string Clinic, string Phone, IReadOnlyList<MyVisit> Open, IReadOnlyList<string> Next);
internal sealed record MyVisit(string Path, string At);

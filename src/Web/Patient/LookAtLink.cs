using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Intake;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Patient;

/// <summary>Opens a link: shows clinic, clinician and time. Nothing is written or used up, so a mail scanner may look as often as it likes.</summary>
internal static class LookAtLink
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/j/{token}", ["GET", "HEAD"], Handle);

    static Task<IResult> Handle(string token, HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop) => Show(token, http, neighbours, clock, null, stop);

    /// <summary><paramref name="error"/>: key of what a proxy is told about the date they gave.</summary>
    public static async Task<IResult> Show(string token, HttpContext http, Neighbours neighbours, TimeProvider clock, string? error, CancellationToken stop)
    {
        Acting.As(Caller.Anyone("web"));
        // Unknown, expired and revoked take the same way: one question, one answer, one page.
        if ((await neighbours.Identity.LookLink(new LookLink(token, Device.Of(http.Request)), stop)).Value is not { } link)
            return new Page(new Notice("link-gone"), "plain.css", status: StatusCodes.Status404NotFound);

        Acting.As(new Caller("web", link.Tenant.ToString(), link.Participant.ToString(), Who.LinkHolder));
        var textsAsked = AgreeToTexts.May(link)
            ? AgreeToTexts.Texts(neighbours, link.Tenant, Texts.For(http.Request.Headers.AcceptLanguage).Language, clock, stop)
            : Task.FromResult<IReadOnlyList<ConsentText>>([]);
        var tenantAsked = neighbours.Identity.GetTenant(new GetTenant(link.Tenant), stop);
        var visit = (await neighbours.Scheduling.GetVisit(new GetVisit(link.Tenant, link.Visit), stop)).Value;
        var tenant = (await tenantAsked).Value;
        if (visit is null || tenant is null) return new Page(new Notice("link-gone"), "plain.css", status: StatusCodes.Status404NotFound);
        if (visit.State is VisitState.Ended or VisitState.NoShow) return new Page(new Notice("visit-over", tenant.Name, tenant.Phone), "plain.css");

        var clinician = (await neighbours.Identity.GetStaff(new GetStaff(link.Tenant, visit.Clinician), stop)).Value;
        var zone = Moments.ZoneOf(tenant);
        var lobby = new LobbyView(tenant.Name, tenant.Phone, clinician?.Name ?? tenant.Name, Moments.Day(visit.StartsAt, zone), Moments.Time(visit.StartsAt, zone),
            Moments.City(zone), tenant.Demo, Math.Max(0, (link.NotBefore - clock.Microseconds()) / 1000))
        {
            Agreed = string.Join(' ', (await textsAsked).Select(text => text.Sha256)),
            Terms = $"/j/{token}/terms",
        };
        if (lobby.OpensIn > 0) return new Page(new EarlyView(lobby), "plain.css", "early.js");
        if (link.Proxy is null) return Lobby(lobby);
        if (!link.Proxy.Proven) return new Page(new ProxyView(lobby, $"/j/{token}/proxy", error), "plain.css", status: error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
        return Lobby(lobby with { IsProxys = true, For = await ActForPatient.Represented(link, neighbours, clock, stop) });
    }

    public static Page Lobby(LobbyView view) => new(view, "patient.css", "patient.js");
}

/// <summary><paramref name="OpensIn"/> in milliseconds; 0 when open.</summary>
internal sealed record LobbyView(string Clinic, string Phone, string Clinician, string Day, string Time, string City, bool Demo, long OpensIn) : IView
{
    /// <summary>A lobby of nobody's, to see that lobbies can be shown.</summary>
    public static LobbyView Sample { get; } = new("-", "-", "-", "-", "-", "-", Demo: false, OpensIn: 0);

    /// <summary>Makes the first POST of this page the same one however often it is sent.</summary>
    public string Key { get; } = Token.New();

    /// <summary>SHA-256 of each text that joining agrees to; empty for guests and where intake is away.</summary>
    public string Agreed { get; init; } = "";
    public string Terms { get; init; } = "";

    /// <summary>It is the lobby of somebody who acts for the patient, whose given name is <see cref="For"/>.</summary>
    public bool IsProxys { get; init; }
    public string? For { get; init; }
    public Type Body => typeof(LobbySheet);
    public string Title(Texts texts) => texts.With("lobby.title", Clinician);
    public IReadOnlyDictionary<string, object> Root => new Dictionary<string, object> { ["data-join-state"] = "lobby", ["data-media"] = "unasked" };
}

/// <summary>The lobby before its time.</summary>
internal sealed record EarlyView(LobbyView Lobby) : IView
{
    public Type Body => typeof(EarlySheet);
    public string Title(Texts texts) => texts.With("lobby.title", Lobby.Clinician);
    public IReadOnlyDictionary<string, object> Root => new Dictionary<string, object> { ["data-join-state"] = "early", ["data-opens-in"] = Lobby.OpensIn };
}

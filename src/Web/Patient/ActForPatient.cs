using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Patient;

/// <summary>Somebody who acts for a patient says their own birth date, once on each device. Until then the page tells them nothing of the patient, and the lobby stays shut.</summary>
internal static class ActForPatient
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/j/{token}/proxy", Handle);

    static async Task<IResult> Handle(string token, HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Platform.Errors.Problem.BadJson;
        Acting.As(Caller.Anyone("web"));
        var form = await http.Request.ReadFormAsync(stop);
        if ((Device.Of(http.Request) ?? Device.First(form["key"].ToString())) is not { } device) return await LookAtLink.Show(token, http, neighbours, clock, "proxy.error.born", stop);
        if (GiveBirthDate.Read(form["born"]) is not { } born)
            return await LookAtLink.Show(token, http, neighbours, clock, "proxy.error.born", stop);

        var answer = await neighbours.Identity.ProveBirthDate(new ProveBirthDate(token, device, new Phi<DateOnly>(born)), stop);
        if (answer.Refused is { } why) return await LookAtLink.Show(token, http, neighbours, clock, why.Code == "too-many-tries" ? "proxy.error.tries" : "proxy.error.wrong", stop);
        Device.Remember(http.Response, device);
        http.Response.Headers.Location = $"/j/{token}";
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>The given name of whom a proxy acts for, for a device that is theirs; null where records does not say it.</summary>
    public static Task<string?> Represented(LinkSeen link, Neighbours neighbours, TimeProvider clock, CancellationToken stop) => AgreeToTexts.Within(clock, async limit =>
    {
        if (link.Proxy is not { Patient: { } patient } proxy) return null;
        Acting.As(new Caller("web", link.Tenant.ToString(), link.Participant.ToString(), Who.Proxy));
        return (await neighbours.ProxyPersons.GetRepresented(new GetRepresented(link.Tenant, patient, proxy.Id), limit)).Value?.GivenName.Reveal;
    }, null, stop);
}

/// <summary>What is asked of a proxy before the lobby. <paramref name="Error"/>: key of the text that says what to do; null while nothing is wrong.</summary>
internal sealed record ProxyView(LobbyView Lobby, string Action, string? Error) : IView
{
    public string Key { get; } = Token.New();
    public Type Body => typeof(ProxySheet);
    public string Title(Texts texts) => texts.With("lobby.title", Lobby.Clinician);
}

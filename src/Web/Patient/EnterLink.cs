using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Patient;

/// <summary>The first tap in the lobby: binds the link to this device and answers with the visit pass. The same device always comes in again.</summary>
internal static class EnterLink
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/j/{token}/enter", Handle);
        routes.MapPost("/j/{token}", Handle); // the lobby's form without script
    }

    static async Task<IResult> Handle(string token, HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop)
    {
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(stop) : FormCollection.Empty;
        var key = http.Request.HasFormContentType ? form["key"].ToString() : http.Request.Headers["Idempotency-Key"].ToString();
        var answer = await Enter(token, http, neighbours, key, stop);
        if (answer.Value is not { } entered) return Refusals.Of(answer.Refused!);
        await AgreeToTexts.Try(token, entered, form, neighbours, clock, stop);
        return PlainErrors.WantsPage(http.Request)
            ? new Page(new Notice("entered", Link: "", LinkKey: "notice.try-again"), "plain.css")
            : Results.Json(EnteredVisit.Of(entered), WebJson.Default.EnteredVisit);
    }

    /// <summary>Enters as this device, which is told by its cookie or, at its first POST, by the page's key.</summary>
    public static async Task<Answer<Entered>> Enter(string token, HttpContext http, Neighbours neighbours, string? key, CancellationToken stop)
    {
        Acting.As(Caller.Anyone("web"));
        var answer = await neighbours.Identity.EnterByLink(new EnterByLink(token, Device.Of(http.Request) ?? Device.First(key)), stop);
        if (answer.Value?.Device is { } device) Device.Remember(http.Response, device);
        return answer;
    }
}

/// <summary>What a page needs to take part.</summary>
internal sealed record EnteredVisit(string Pass, bool Identified, string Visit, string Participant, string Role)
{
    public static EnteredVisit Of(Entered entered) => new(entered.Pass, entered.Identified, entered.Visit.ToString(), entered.Participant.ToString(),
        Roles.Text(entered.Role));
}

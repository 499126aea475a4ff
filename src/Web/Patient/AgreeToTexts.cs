using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Patient;

/// <summary>
/// Joining is agreeing to the texts that the lobby names. The page tells it beside the join, which waits for nothing; where intake is away the page tells it
/// again, and the clinician sees meanwhile that it is not known.
/// </summary>
internal static class AgreeToTexts
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    public const string Field = "agreed";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/j/{token}/agree", Handle);

    static async Task<IResult> Handle(string token, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var form = await http.Request.ReadFormAsync(stop);
        if (form[Field].ToString().Length == 0) return Results.NoContent(); // a guest, or a lobby that intake had no text for
        var answer = await EnterLink.Enter(token, http, neighbours, form["key"].ToString(), stop);
        if (answer.Value is not { } entered) return Refusals.Of(answer.Refused!);
        return await Give(token, entered, form, neighbours, stop) is { } why ? Refusals.Of(why) : Results.NoContent();
    }

    /// <summary>For the form without script, whose answer may not hang on it.</summary>
    public static async Task Try(string token, Entered entered, IFormCollection form, Neighbours neighbours, TimeProvider clock, CancellationToken stop)
    {
        if (form[Field].ToString().Length > 0) await Within(clock, async limit => await Give(token, entered, form, neighbours, limit), null, stop);
    }

    /// <summary>Whether whoever holds this link agrees for the patient: the patient, and a proxy who may do that.</summary>
    public static bool May(LinkSeen link) => link.Role == VisitRole.Patient || link.Proxy?.Scopes.Contains(ProxyScope.Consent) == true;

    /// <summary>The texts that a lobby names; none where intake is away.</summary>
    public static Task<IReadOnlyList<ConsentText>> Texts(Neighbours neighbours, TenantId tenant, string language, TimeProvider clock, CancellationToken stop) =>
        Within(clock, async limit => (await neighbours.Intake.GetConsentTexts(new GetConsentTexts(tenant, language), limit)).Value?.Texts ?? [], [], stop);

    /// <summary>What intake says within a second, else <paramref name="otherwise"/>.</summary>
    public static async Task<T> Within<T>(TimeProvider clock, Func<CancellationToken, Task<T>> ask, T otherwise, CancellationToken stop)
    {
        using var tooLate = new CancellationTokenSource(Patience, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, tooLate.Token);
        try { return await ask(limit.Token); }
        catch (Exception failure) when (failure is HttpRequestException or Refit.ApiException or TimeoutException or OperationCanceledException && !stop.IsCancellationRequested) { return otherwise; }
    }

    static async Task<Refusal?> Give(string token, Entered entered, IFormCollection form, Neighbours neighbours, CancellationToken stop)
    {
        if (entered.Role is not (VisitRole.Patient or VisitRole.Proxy)) return null;
        Acting.As(Caller.Anyone("web"));
        var seen = await neighbours.Identity.LookLink(new LookLink(token), stop);
        if (seen.Value is not { } link) return seen.Refused;
        Acting.As(new Caller("web", link.Tenant.ToString(), entered.Participant.ToString(), Roles.Text(entered.Role)));
        var hashes = form[Field].ToString().Split(' ', 8, StringSplitOptions.RemoveEmptyEntries);
        return (await neighbours.Intake.GiveConsent(new GiveConsent(link.Tenant, link.Visit, hashes, entered.Identified), stop)).Refused;
    }
}

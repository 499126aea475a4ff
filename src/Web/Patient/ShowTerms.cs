using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Patient;

/// <summary>The whole of what joining agrees to, and where it is taken back. Reading uses nothing up.</summary>
internal static class ShowTerms
{
    static readonly Problem OtherDevice = new("device-not-known", "Only the device that joined can do this.", StatusCodes.Status403Forbidden);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/j/{token}/terms", Show);
        routes.MapPost("/j/{token}/withdraw", Withdraw);
    }

    static async Task<IResult> Show(string token, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        Acting.As(Caller.Anyone("web"));
        if ((await neighbours.Identity.LookLink(new LookLink(token), stop)).Value is not { } link || !AgreeToTexts.May(link))
            return new Page(new Notice("link-gone"), "plain.css", status: StatusCodes.Status404NotFound);
        Acting.As(new Caller("web", link.Tenant.ToString(), link.Participant.ToString(), Who.LinkHolder));
        if ((await neighbours.Identity.GetTenant(new GetTenant(link.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var language = Texts.For(http.Request.Headers.AcceptLanguage).Language;
        var texts = (await neighbours.Intake.GetConsentTexts(new GetConsentTexts(link.Tenant, language), stop)).Value!.Texts;
        return new Page(new TermsView(tenant.Name, tenant.Phone, tenant.Demo, $"/j/{token}", [.. texts.Select(TermsText.Of)]), "plain.css");
    }

    static async Task<IResult> Withdraw(string token, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (Device.Of(http.Request) is null) return OtherDevice;
        var answer = await EnterLink.Enter(token, http, neighbours, null, stop);
        if (answer.Value is not { } entered) return Refusals.Of(answer.Refused!);
        if (!entered.Identified || entered.Role is not (VisitRole.Patient or VisitRole.Proxy)) return OtherDevice;
        Acting.As(Caller.Anyone("web")); // what a method that was awaited set does not come back from it
        var seen = await neighbours.Identity.LookLink(new LookLink(token), stop);
        if (seen.Value is not { } link) return Refusals.Of(seen.Refused!);

        Acting.As(new Caller("web", link.Tenant.ToString(), entered.Participant.ToString(), Roles.Text(entered.Role)));
        var given = await neighbours.Intake.ListConsents(new ListConsents(link.Tenant, link.Visit, null), stop);
        foreach (var consent in (given.Value?.Consents ?? []).Where(consent => consent.WithdrawnAt is null))
            if ((await neighbours.Intake.WithdrawConsent(new WithdrawConsent(link.Tenant, consent.Id, null), stop)).Refused is { } why) return Refusals.Of(why);
        return PlainErrors.WantsPage(http.Request) ? new Page(new Notice("withdrawn", Link: $"/j/{token}", LinkKey: "terms.back"), "plain.css") : Results.NoContent();
    }
}

internal sealed record TermsView(string Clinic, string Phone, bool Demo, string Lobby, IReadOnlyList<TermsText> Terms) : IView
{
    public Type Body => typeof(TermsSheet);
    public string Title(Texts texts) => texts["terms.title"];
}

/// <summary>A text as a page shows it: its first line is the title, a part that begins with <c>##</c> has a heading.</summary>
public sealed record TermsText(string Title, string Language, int Version, IReadOnlyList<TermsPart> Parts)
{
    const string Mark = "## ";

    public static TermsText Of(ConsentText text)
    {
        var parts = text.Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new TermsText(parts[0], text.Language, text.Version, [.. parts.Skip(1).Select(Part)]);
    }

    static TermsPart Part(string part)
    {
        if (!part.StartsWith(Mark, StringComparison.Ordinal)) return new TermsPart(null, part);
        var lines = part[Mark.Length..].Split('\n', 2);
        return new TermsPart(lines[0], lines.Length > 1 ? lines[1] : "");
    }
}

public sealed record TermsPart(string? Heading, string Text);

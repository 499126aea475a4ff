using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Errors;
using FirstRing.Web.Front;
using FirstRing.Web.Patient;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Clinician;

/// <summary>What the patient of a visit agreed to, for the clinician who is about to let them in; and the answer of a patient who was asked in words.</summary>
internal static class VisitConsents
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/visits/{id}/consent", Look);
        routes.MapPost("/visits/{id}/consent", AgreedInWords);
    }

    static async Task<IResult> Look(string id, HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop)
    {
        var found = await OpenWorkspace.Own(id, http, neighbours, stop);
        if (found.Value is not { } visit) return Refusals.Of(found.Refused!);
        return Results.Json(await AgreeToTexts.Within(clock, async limit => await Of(http, neighbours, visit, limit), VisitConsent.NotKnown, stop), WebJson.Default.VisitConsent);
    }

    static async Task<IResult> AgreedInWords(string id, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        var found = await OpenWorkspace.Own(id, http, neighbours, stop);
        if (found.Value is not { } visit) return Refusals.Of(found.Refused!);
        var texts = await InForce(http, neighbours, visit, stop);
        var given = await neighbours.Intake.GiveConsent(new GiveConsent(visit.Tenant, visit.Id, [.. texts.Select(text => text.Sha256)], Identified: true), stop);
        return given.Value is { } consents ? Results.Json(VisitConsent.Of(texts, consents.Consents), WebJson.Default.VisitConsent) : Refusals.Of(given.Refused!);
    }

    static async Task<VisitConsent> Of(HttpContext http, Neighbours neighbours, Visit visit, CancellationToken stop)
    {
        var asked = neighbours.Intake.ListConsents(new ListConsents(visit.Tenant, visit.Id, null), stop);
        var texts = await InForce(http, neighbours, visit, stop);
        return VisitConsent.Of(texts, (await asked).Value?.Consents ?? []);
    }

    static async Task<IReadOnlyList<ConsentText>> InForce(HttpContext http, Neighbours neighbours, Visit visit, CancellationToken stop) =>
        (await neighbours.Intake.GetConsentTexts(new GetConsentTexts(visit.Tenant, Texts.For(http.Request.Headers.AcceptLanguage).Language), stop)).Value?.Texts ?? [];
}

/// <summary><paramref name="Known"/> is false where intake does not answer: then the clinician asks in words.</summary>
internal sealed record VisitConsent(bool Known, IReadOnlyList<PurposeConsent> Purposes)
{
    public static readonly VisitConsent NotKnown = new(false, []);

    public static VisitConsent Of(IReadOnlyList<ConsentText> texts, IReadOnlyList<Consent> consents) => new(true, [.. texts.Select(text =>
    {
        var newest = consents.Where(consent => consent.Purpose == text.Purpose).OrderBy(consent => consent.WithdrawnAt is not null).FirstOrDefault();
        return new PurposeConsent(WireName.Of(text.Purpose), newest switch { null => "missing", { WithdrawnAt: not null } => "withdrawn", { Act: ConsentAct.InWords } => "in-words", _ => "given" },
            newest?.Version ?? text.Version);
    })]);
}

/// <summary><paramref name="State"/>: <c>given</c>, <c>in-words</c>, <c>missing</c> or <c>withdrawn</c>.</summary>
internal sealed record PurposeConsent(string Purpose, string State, int Version);

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Errors;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using FirstRing.Web.Patient;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Admin;

/// <summary>The texts that patients agree to: what is in force in each language of the pages, and a new version, looked at before it counts.</summary>
internal static class PublishConsents
{
    const string Place = "/admin/consents";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/consents", (HttpContext http, Neighbours neighbours, CancellationToken stop) => Show(http, neighbours, null, stop));
        routes.MapGet("/consents/{purpose}/{language}", Edit);
        routes.MapPost("/consents/{purpose}/{language}", Take);
    }

    static async Task<IResult> Show(HttpContext http, Neighbours neighbours, ConsentForm? form, CancellationToken stop)
    {
        var staff = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var texts = new List<ConsentText>();
        foreach (var language in Texts.Languages.Order())
        {
            var listed = await neighbours.Intake.GetConsentTexts(new GetConsentTexts(staff.Tenant, language), stop);
            if (listed.Refused is { } why) return Refusals.Of(why);
            // A language that the clinic has no text in is begun from the one that its patients are shown meanwhile.
            texts.AddRange(listed.Value!.Texts.Select(text => text.Language == language ? text : text with { Language = language, Version = 0, Template = true }));
        }
        return new Page(new ConsentsView(tenant.Name, staff, tenant.Demo, texts, form), "clinic.css", status: form?.Error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    static async Task<IResult> Edit(string purpose, string language, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!Known(purpose, language, out var wanted)) return Problem.NotFound;
        var listed = await neighbours.Intake.GetConsentTexts(new GetConsentTexts(StaffLogin.Of(http).Staff.Tenant, language), stop);
        return listed.Refused is { } why ? Refusals.Of(why) : await Show(http, neighbours, ConsentForm.Of(listed.Value!.Texts.Single(text => text.Purpose == wanted), language), stop);
    }

    static async Task<IResult> Take(string purpose, string language, HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        if (!Known(purpose, language, out var wanted)) return Problem.NotFound;
        if (!http.Request.HasFormContentType) return Problem.BadJson;
        var sent = await http.Request.ReadFormAsync(stop);
        var form = ConsentForm.Read(sent, wanted, language);
        if (form.Error is not null || sent["do"] != "publish") return await Show(http, neighbours, form with { Preview = form.Error is null && sent["do"] == "look" }, stop);
        var published = await neighbours.Intake.PublishConsentText(new PublishConsentText(StaffLogin.Of(http).Staff.Tenant, wanted, language, form.Body), stop);
        return published.Refused switch
        {
            null => StaffLogin.On(http, Place),
            { Status: StatusCodes.Status422UnprocessableEntity } => await Show(http, neighbours, form with { Error = ("text", "consents.error.text") }, stop),
            var why => Refusals.Of(why),
        };
    }

    static bool Known(string purpose, string language, out ConsentPurpose known) => WireName.TryTo(purpose, out known) & Texts.Languages.Contains(language);
}

/// <summary>A text as it is typed. It comes back with everything in it, as patients will read it where <paramref name="Preview"/> asks for that.</summary>
internal sealed record ConsentForm(ConsentPurpose Purpose, string Language, string Heading, string Text, bool Preview, (string Field, string Text)? Error)
{
    public const int LongestHeading = 200, LongestBody = 20_000;

    public string Body => $"{Heading}\n\n{Text}";

    public static ConsentForm Of(ConsentText text, string language)
    {
        var parts = text.Body.Split('\n', 2);
        return new ConsentForm(text.Purpose, language, parts[0], parts.Length > 1 ? parts[1].TrimStart('\n') : "", false, null);
    }

    public static ConsentForm Read(IFormCollection sent, ConsentPurpose purpose, string language)
    {
        var form = new ConsentForm(purpose, language, sent["heading"].ToString().Trim(), sent["text"].ToString().ReplaceLineEndings("\n").Trim(), false, null);
        return form with
        {
            Error = form.Heading.Length is 0 or > LongestHeading || form.Heading.Contains('\n') ? ("heading", "consents.error.heading")
                : form.Text.Length == 0 || form.Body.Length > LongestBody ? ("text", "consents.error.text") : null,
        };
    }
}

/// <summary><paramref name="All"/>: in force, by language; version 0 where the language has none of its own yet. <paramref name="Form"/>: the one that is being changed.</summary>
internal sealed record ConsentsView(string Clinic, StaffMember Me, bool Demo, IReadOnlyList<ConsentText> All, ConsentForm? Form) : IView
{
    public Type Body => typeof(ConsentsSheet);
    public string Title(Texts texts) => texts["consents.title"];
}

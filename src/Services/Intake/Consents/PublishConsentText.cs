using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Intake.PublishConsentText;

namespace FirstRing.Intake.Consents;

/// <summary>A clinic's own text, in force from now on. Who agreed to an older one agreed to that one.</summary>
internal static class PublishConsentText
{
    const int LongestBody = 20_000, LongestLanguage = 35;

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<ConsentText>>("publish-consent-text", Access.By("web").For(Who.Admin), Handle);

    static async Task<Answer<ConsentText>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting || caller.Role != WireName.Of(StaffRole.Admin)) return Refusals.NotAllowed;
        if (Clean(request) is not { } clean) return Refusals.TextWrong;
        return await services.GetRequiredService<TextStore>().Commit<Answer<ConsentText>>(acting, async transaction =>
        {
            if (clean.Language == Templates.Language) await TextStore.Insert(transaction, request.Tenant, Templates.Of(request.Purpose));
            while (true)
            {
                var newest = await TextStore.HoldNewest(transaction, request.Tenant, request.Purpose, clean.Language);
                if (newest?.Body == clean.Body) return newest;
                var next = new ConsentText(request.Purpose, clean.Language, (newest?.Version ?? 0) + 1, clean.Body, Templates.Sha256(clean.Body), Template: false);
                if (!await TextStore.Insert(transaction, request.Tenant, next)) continue; // another admin's came first
                transaction.Audit("publish-consent-text", $"{WireName.Of(next.Purpose)}.{next.Language}.{next.Version}");
                return next;
            }
        }, stop);
    }

    // One spelling of line ends, so that a form's copy of a text is that text.
    static Request? Clean(Request request)
    {
        var body = request.Body.ReplaceLineEndings("\n").Trim();
        var language = request.Language.ToLowerInvariant();
        var whole = body.IndexOf('\n') is > 0 and <= 200 && body.Length <= LongestBody && !body.Any(letter => char.IsControl(letter) && letter != '\n');
        return whole && language.Length is > 0 and <= LongestLanguage && language.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            ? request with { Body = body, Language = language } : null;
    }
}

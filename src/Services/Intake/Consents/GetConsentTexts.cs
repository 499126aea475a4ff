using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Intake.GetConsentTexts;

namespace FirstRing.Intake.Consents;

/// <summary>What a lobby asks its patient to agree to. A mail scanner may open the lobby: nothing is written.</summary>
internal static class GetConsentTexts
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<ConsentTextList>>("get-consent-texts", Access.By("web").For([.. Who.Clinic, Who.LinkHolder]), Handle);

    static async Task<Answer<ConsentTextList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Tenant.ToString()) is null
            ? new ConsentTextList([])
            : new ConsentTextList(await services.GetRequiredService<TextStore>().InForce(request.Tenant, request.Language.ToLowerInvariant(), stop));
}

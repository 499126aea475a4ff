using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Intake.FindConsentText;

namespace FirstRing.Intake.Consents;

/// <summary>The words behind a hash.</summary>
internal static class FindConsentText
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<ConsentText>>("find-consent-text", Access.By("web").For([.. Who.Clinic, Who.Patient]), Handle);

    static async Task<Answer<ConsentText>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Tenant.ToString()) is not null
            && await services.GetRequiredService<TextStore>().Find(request.Tenant, request.Purpose, request.Sha256, stop) is { } found
            ? found
            : Refusals.TextUnknown;
}

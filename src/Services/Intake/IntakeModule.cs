using FirstRing.Intake.Consents;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Intake;

/// <summary>What patients agreed to, word for word.</summary>
public sealed class IntakeModule : IModule
{
    public void Register(ModuleContext context)
    {
        context.AddOnStore((store, _) => new TextStore(store));
        context.AddOnStore((store, _) => new ConsentStore(store));
    }

    public void MapContract(ContractRoutes routes)
    {
        GetConsentTexts.Map(routes);
        FindConsentText.Map(routes);
        PublishConsentText.Map(routes);
        GiveConsent.Map(routes);
        WithdrawConsent.Map(routes);
        ListConsents.Map(routes);
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
    }
}

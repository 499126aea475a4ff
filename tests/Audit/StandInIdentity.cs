using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Tests.Audit;

/// <summary>Knows the tokens that a test gives out.</summary>
public sealed class StandInIdentity : IModule
{
    public Dictionary<string, TokenHolder> Holders { get; } = [];

    public void Register(ModuleContext context)
    {
    }

    public void MapContract(ContractRoutes routes) => routes.Verb<CheckToken, Answer<TokenHolder>>("check-token", Access.By("audit").ForItself(), (request, _, _, _) =>
        Task.FromResult(Holders.TryGetValue(request.Token, out var holder) ? (Answer<TokenHolder>)holder : new Refusal("token-not-valid", "No.", 401)));

    public void MapDoor(IEndpointRouteBuilder routes)
    {
    }
}

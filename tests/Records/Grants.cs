using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Tests.Records;

/// <summary>Identity, as far as records asks it: the grants of break-glass that a test gives it are open, all others are over.</summary>
internal sealed class Grants : IModule
{
    public HashSet<(TenantId, EmergencyId, PatientId, string)> Open { get; } = [];

    /// <summary>Whose grants hold, for whom and what.</summary>
    public HashSet<(PatientId, ProxyId, ProxyScope)> Proxies { get; } = [];
    public List<string> Asked { get; } = [];

    public void Register(ModuleContext context) { }
    public void MapDoor(IEndpointRouteBuilder routes) { }

    public void MapContract(ContractRoutes routes)
    {
        routes.Verb<CheckEmergency, Answer<Done>>("check-emergency", Access.By("records").ForOwn("clinician"), (request, caller, _, _) =>
        {
            Asked.Add($"{caller.Actor} {request.Id}");
            return Task.FromResult<Answer<Done>>(Open.Contains((request.Tenant, request.Id, request.Patient, caller.Actor!)) ? Done.Yes : new Refusal("emergency-over", "It is over.", 403));
        });
        routes.Verb<CheckProxy, Answer<Done>>("check-proxy", Access.By("records").For(Who.Proxy), (request, caller, _, _) => Task.FromResult<Answer<Done>>(
            request.Participant?.ToString() == caller.Actor && Proxies.Contains((request.Patient, request.Proxy, request.Scope)) ? Done.Yes : new Refusal("no-such-proxy", "No.", 404)));
    }
}

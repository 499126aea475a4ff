using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.GetTenant;

namespace FirstRing.Identity.Tenants;

/// <summary>The clinic that a page shows.</summary>
internal static class GetTenant
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Tenant>>("get-tenant", Access.By("web", "notifications").For([.. Who.Staff, Who.LinkHolder]).ForItself(), Handle);

    static async Task<Answer<Tenant>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Id.ToString()) is not null && await services.GetRequiredService<TenantStore>().Find(request.Id, stop) is { } found
            ? found
            : Refusals.NoSuchTenant;
}

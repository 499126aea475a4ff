using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.GetStaff;

namespace FirstRing.Identity.Tenants;

/// <summary>A member of staff of the caller's tenant.</summary>
internal static class GetStaff
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<StaffMember>>("get-staff", Access.By("web").For([.. Who.Staff, Who.LinkHolder]), Handle);

    static async Task<Answer<StaffMember>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Tenant.ToString()) is not null && await services.GetRequiredService<TenantStore>().FindStaff(request.Tenant, request.Id, stop) is { } found
            ? found
            : Refusals.NoSuchStaff;
}

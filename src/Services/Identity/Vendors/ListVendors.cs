using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.ListVendors;

namespace FirstRing.Identity.Vendors;

/// <summary>A clinic's agreements, those that end first on top.</summary>
internal static class ListVendors
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<VendorList>>("list-vendors", Access.By("web").For(Who.LogReaders), Handle);

    static async Task<Answer<VendorList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        VendorRules.Reader(caller, request.Tenant) is null
            ? VendorRules.NotAllowed
            : new VendorList(await services.GetRequiredService<VendorStore>().List(request.Tenant, stop));
}

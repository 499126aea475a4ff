using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.EndVendor;

namespace FirstRing.Identity.Vendors;

/// <summary>Ends an agreement now. Doing it again changes nothing.</summary>
internal static class EndVendor
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Vendor>>("end-vendor", Access.By("web").For(Who.Admin), Handle);

    static async Task<Answer<Vendor>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (VendorRules.Admin(caller, request.Tenant) is not { } acting) return VendorRules.NotAllowed;
        return await services.GetRequiredService<VendorStore>().Commit<Answer<Vendor>>(acting, async transaction =>
        {
            if (await VendorStore.Hold(transaction, request.Tenant, request.Id) is not { } vendor) return VendorRules.NoSuchVendor;
            if (vendor.EndedAt is not null) return vendor;
            await VendorStore.End(transaction, vendor.Id);
            transaction.Audit("end-vendor", vendor.Id.ToString());
            return vendor with { EndedAt = transaction.Now };
        }, stop);
    }
}

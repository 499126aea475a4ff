using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.EditVendor;

namespace FirstRing.Identity.Vendors;

/// <summary>Changes the terms of an agreement that was not ended. A later end is alerted anew.</summary>
internal static class EditVendor
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Vendor>>("edit-vendor", Access.By("web").For(Who.Admin), Handle);

    static async Task<Answer<Vendor>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (VendorRules.Admin(caller, request.Tenant) is not { } acting) return VendorRules.NotAllowed;
        var clean = VendorRules.Clean(request.Terms);
        if (clean.Value is not { } terms) return clean.Refused!;
        return await services.GetRequiredService<VendorStore>().Commit<Answer<Vendor>>(acting, async transaction =>
        {
            if (await VendorStore.Hold(transaction, request.Tenant, request.Id) is not { } vendor) return VendorRules.NoSuchVendor;
            if (vendor.EndedAt is not null) return VendorRules.VendorEnded;
            var edited = vendor with { Terms = terms };
            await VendorStore.Update(transaction, request.Tenant, edited);
            transaction.Audit("edit-vendor", vendor.Id.ToString());
            return edited;
        }, stop);
    }
}

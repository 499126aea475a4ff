using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using FirstRing.Platform.Ids;
using Request = FirstRing.Contracts.Identity.AddVendor;

namespace FirstRing.Identity.Vendors;

/// <summary>Enters an agreement; the same request under the same key is one.</summary>
internal static class AddVendor
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Vendor>>("add-vendor", Access.By("web").For(Who.Admin), Handle);

    static async Task<Answer<Vendor>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (VendorRules.Admin(caller, request.Tenant) is not { } acting) return VendorRules.NotAllowed;
        var clean = VendorRules.Clean(request.Terms);
        if (clean.Value is not { } terms) return clean.Refused!;
        var store = services.GetRequiredService<VendorStore>();
        var asked = JsonSerializer.Serialize(request, ContractsJson.Default.AddVendor);
        return await store.Commit<Answer<Vendor>>(acting, async transaction =>
        {
            var scope = $"{request.Tenant}/add-vendor";
            var (earlier, mismatch) = await transaction.Recall(scope, request.Key, asked);
            if (mismatch) return Refusals.Mismatch;
            if (earlier is not null) return await VendorStore.Hold(transaction, request.Tenant, VendorId.Parse(earlier, null)) is { } there ? there : VendorRules.NoSuchVendor;

            var vendor = new Vendor(new VendorId(NewId.Ordered(store.Clock)), terms, null, null);
            await VendorStore.Insert(transaction, request.Tenant, vendor);
            await transaction.Remember(scope, request.Key, asked, vendor.Id.ToString());
            transaction.Audit("add-vendor", vendor.Id.ToString());
            return vendor;
        }, stop);
    }
}

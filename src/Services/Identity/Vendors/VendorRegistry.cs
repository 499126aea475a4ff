using FirstRing.Contracts;
using FirstRing.Platform.Egress;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Identity.Vendors;

/// <summary>The registry of agreements, and identity's own way out under it.</summary>
internal static class VendorRegistry
{
    public static void Register(ModuleContext context)
    {
        context.AddOnStore((store, _) => new VendorStore(store));
        context.Services.AddSingleton(EgressOptions.From(context.Settings));
        context.AddOnStore((store, provider) => new Egress(store, provider.GetRequiredService<VendorStore>().Agreements,
            provider.GetRequiredService<EgressOptions>(), provider.GetRequiredService<ILogger<Egress>>()));
        context.Services.AddHostedService<VendorWatch>();
    }

    public static void Map(ContractRoutes routes)
    {
        ListVendors.Map(routes);
        AddVendor.Map(routes);
        EditVendor.Map(routes);
        EndVendor.Map(routes);
        CheckVendor.Map(routes);
        FindAgreements.Map(routes);
    }
}

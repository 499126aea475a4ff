using FirstRing.Contracts;
using FirstRing.Contracts.Keys;
using FirstRing.Keys.Shredding;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Sealing;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Keys.ListKeys;

namespace FirstRing.Keys;

/// <summary>A clinic's keys: the versions in the provider, and what each store holds under them.</summary>
internal static class ListKeys
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<KeyList>>("list-keys", KeyRules.Keepers, Handle);

    static Task<Answer<KeyList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) => KeyRules.OrRefused<KeyList>(async () =>
    {
        if (KeyRules.Keeper(caller, request.Tenant) is null) return KeyRules.NotAllowed;
        var tenant = request.Tenant.ToString();
        var destruction = await services.GetRequiredService<DestructionStore>().Find(tenant, stop);
        var provider = services.GetRequiredService<IKeyProvider>();
        if (destruction?.DestroyedAt is not null) return new KeyList(provider.Kind, [], [], [], destruction);
        var versions = await provider.Versions(tenant, stop);
        var (keys, silent) = await services.GetRequiredService<StoresOfAll>().Keys(tenant, stop);
        return new KeyList(provider.Kind, [.. versions.Select(version => new KeyVersion(version.Version, version.CreatedAt))], keys, silent, destruction);
    });
}

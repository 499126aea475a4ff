using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Keys.Shredding;
using FirstRing.Keys.Rounds;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Sealing;
using Microsoft.Extensions.DependencyInjection;
using RenewKey = FirstRing.Contracts.Keys.RenewKey;
using Request = FirstRing.Contracts.Keys.RotateKeys;

namespace FirstRing.Keys;

/// <summary>Rotates a clinic's keys now; the same request under the same key is one rotation.</summary>
internal static class RotateKeys
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Done>>("rotate-keys", KeyRules.Keepers, Handle);

    static Task<Answer<Done>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) => KeyRules.OrRefused<Done>(async () =>
    {
        if (KeyRules.Keeper(caller, request.Tenant) is not { } acting) return KeyRules.NotAllowed;
        var (store, provider, tenant) = (services.GetRequiredService<DestructionStore>(), services.GetRequiredService<IKeyProvider>(), request.Tenant.ToString());
        var asked = JsonSerializer.Serialize(request, ContractsJson.Default.RotateKeys);
        var newest = await provider.Versions(tenant, stop) is [.., var last] ? last.Version : 0;
        // Which version it begins with is kept before anything is made: a repeat after a crash makes the same one.
        var (from, mismatch) = await store.Commit(acting, async transaction =>
        {
            var (earlier, other) = await transaction.Recall($"{tenant}/rotate-keys", request.Key, asked);
            if (other || earlier is not null) return (earlier, other);
            var text = newest.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await transaction.Remember($"{tenant}/rotate-keys", request.Key, asked, text);
            transaction.Audit("rotate-keys", $"{tenant}/{newest + 1}");
            return ((string?)text, false);
        }, stop);
        if (mismatch) return KeyRules.Mismatch;
        var begin = int.Parse(from!, System.Globalization.CultureInfo.InvariantCulture);
        if (begin == newest)
        {
            await provider.Rotate(tenant, begin, stop);
            await Renew(services.GetRequiredService<StoresOfAll>(), tenant, stop);
            store.Wake();
        }
        return Done.Yes;
    });

    static async Task Renew(StoresOfAll stores, string tenant, CancellationToken stop)
    {
        var (keys, _) = await stores.Keys(tenant, stop);
        var newest = keys.Where(key => key.Purpose == StoreKeys.ContentPurpose).GroupBy(key => key.Service).ToDictionary(own => own.Key, own => own.Max(key => key.KeyEpoch));
        await stores.Each((service, client) => newest.TryGetValue(service, out var from) ? client.Renew(service, new RenewKey(tenant, from), stop) : Task.FromResult(Done.Yes));
    }
}

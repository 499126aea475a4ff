using FirstRing.Contracts;
using FirstRing.Contracts.Keys;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;

namespace FirstRing.Keys.Stores;

/// <summary>What every service with a store does for the keys service. The host maps it beside each such module's own verbs.</summary>
public static class StoreDuties
{
    const int Batch = 100;

    public static void Map(ContractRoutes routes, Store store)
    {
        routes.Verb<ListStoredKeys, StoredKeyList>("stored-keys", Access.By("keys").ForItself(), async (request, _, _, stop) => new StoredKeyList(
            [.. (await store.KeysOf(request.Owner, stop)).Select(key => new StoredKey(store.Service, key.Purpose, key.KeyEpoch, key.KekVersion, key.Sealed, key.CreatedAt))]));
        routes.Verb<RewrapKeys, RewrappedKeys>("rewrap-keys", Access.By("keys").ForItself(), async (request, _, _, stop) =>
            new RewrappedKeys([.. (await store.Rewrap(request.Owners, Batch, stop)).Select(left => new KeysLeft(left.Key, left.Value))]));
        routes.Verb<RenewKey, Done>("renew-key", Access.By("keys").ForItself(), async (request, _, _, _) =>
        {
            await store.RenewContentKey(request.Owner, request.From);
            return Done.Yes;
        });
        routes.Verb<ForgetKeys, Done>("forget-keys", Access.By("keys").ForItself(), (request, _, _, _) =>
        {
            store.ForgetKeys(request.Owner);
            return Task.FromResult(Done.Yes);
        });
    }
}

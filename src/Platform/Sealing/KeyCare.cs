using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Platform.Sealing;

/// <summary>What a store does with its own wrapped keys when the keys service asks. Every step may be repeated, interrupted, and done by several at once.</summary>
public static class KeyCare
{
    /// <summary>A tenant's keys as they lie in the store.</summary>
    public static Task<List<KeyRow>> KeysOf(this Store store, string tenant, CancellationToken stop) => KeyTable.All(store, tenant, stop);

    /// <summary>The tenants that have keys here.</summary>
    public static Task<List<string>> TenantsWithKeys(this Store store, CancellationToken stop) => KeyTable.Tenants(store, stop);

    /// <summary>Wraps keys of these tenants that lie under an older KEK version anew under the newest, at most <paramref name="most"/>. Returns what is left for each tenant that
    /// the provider answered for: 0 says that no key of it lies under an older version.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> Rewrap(this Store store, IReadOnlyList<string> tenants, int most, CancellationToken stop)
    {
        var left = new Dictionary<string, long>();
        var older = new List<KeyRow>();
        var newest = new Dictionary<string, int>();
        foreach (var tenant in tenants)
        {
            try
            {
                if (await store.Keys.NewestVersion(tenant) is not { } version) continue;
                newest[tenant] = version;
                if (older.Count < most) older.AddRange(await KeyTable.Older(store, tenant, version, most - older.Count, stop));
            }
            catch (KeysDestroyed) { } // nothing to wrap any more
        }
        if (older.Count > 0) await store.Keys.Rewrap(older);
        foreach (var (tenant, version) in newest) left[tenant] = await KeyTable.CountOlder(store, tenant, version, stop);
        return left;
    }

    /// <summary>Begins the keyEpoch after <paramref name="from"/> for a tenant's content, unless it has begun: what is sealed from now on is under a new key.</summary>
    public static async Task RenewContentKey(this Store store, string tenant, long from)
    {
        var epochs = await KeyTable.Read(store, tenant, StoreKeys.ContentPurpose);
        if (epochs.Count == 0 || epochs[^1].KeyEpoch != from) return;
        await store.Keys.Make(tenant, StoreKeys.ContentPurpose, from + 1);
        await store.Keys.Load(tenant, StoreKeys.ContentPurpose, CancellationToken.None);
    }

    /// <summary>Lets go of a tenant's unwrapped keys in this process.</summary>
    public static void ForgetKeys(this Store store, string tenant) => store.Keys.Forget(tenant);
}

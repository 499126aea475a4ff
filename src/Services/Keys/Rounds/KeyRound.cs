using FirstRing.Contracts.Keys;
using FirstRing.Keys.Shredding;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;

namespace FirstRing.Keys.Rounds;

/// <summary>
/// One round over all clinics: destroys what is due, rotates what is old, has every store wrap anew what lies under an older version, and retires versions that
/// nothing lies under. It keeps no state of its own: what there is to do is read from the provider and the stores each time, so a round may end anywhere and
/// the next one, here or on another node, goes on.
/// </summary>
internal sealed class KeyRound(DestructionStore destructions, IKeyProvider provider, StoresOfAll stores, KeySettings settings)
{
    const int Batch = 100;

    /// <summary>How many keys still lie under an older version, or 0; -1 where a store gave no answer.</summary>
    public async Task<long> Run(CancellationToken stop)
    {
        await DestroyDue(stop);
        var older = new List<(string Tenant, IReadOnlyList<KekVersion> Versions)>();
        foreach (var tenant in await provider.Tenants(stop))
        {
            if (await Rotated(tenant, stop) is { Count: > 1 } versions) older.Add((tenant, versions));
        }
        var (left, silent) = (0L, false);
        foreach (var batch in older.Chunk(Batch))
        {
            var answers = await stores.Each((service, client) => Rewrap(service, client, [.. batch.Select(each => each.Tenant)], stop));
            silent |= answers.Any(answer => answer.Value is null);
            left += answers.Sum(answer => answer.Value?.Values.Sum() ?? 0);
            foreach (var (tenant, versions) in batch)
                // By version, and in every store: one that did not answer may hold anything.
                if (answers.All(answer => answer.Value?.GetValueOrDefault(tenant, -1) == 0)) await Retire(tenant, versions, stop);
        }
        return silent ? -1 : left;
    }

    async Task DestroyDue(CancellationToken stop)
    {
        foreach (var tenant in await destructions.Due(stop))
        {
            await provider.Destroy(tenant, stop);
            await destructions.Commit(Caller.System("keys"), async transaction =>
            {
                await DestructionStore.Destroyed(transaction, tenant);
                transaction.Audit("destroy-keys", tenant);
                return 0;
            }, stop);
            await stores.Each((service, client) => client.Forget(service, new ForgetKeys(tenant), stop));
        }
    }

    async Task<IReadOnlyList<KekVersion>> Rotated(string tenant, CancellationToken stop)
    {
        try
        {
            var versions = await provider.Versions(tenant, stop);
            if (versions is not [.., var newest] || Age(newest) < settings.RotateAfter) return versions;
            await provider.Rotate(tenant, newest.Version, stop);
            await destructions.Commit(Caller.System("keys"), transaction =>
            {
                transaction.Audit("rotate-keys", $"{tenant}/{newest.Version + 1}");
                return Task.FromResult(0);
            }, stop);
            return await provider.Versions(tenant, stop);
        }
        catch (KeysDestroyed) { return []; }
    }

    // Until nothing is left or nothing moves any more.
    static async Task<Dictionary<string, long>> Rewrap(string service, IStoreKeysClient client, IReadOnlyList<string> tenants, CancellationToken stop)
    {
        var before = long.MaxValue;
        while (true)
        {
            var left = (await client.Rewrap(service, new RewrapKeys(tenants), stop)).Left.ToDictionary(each => each.Owner, each => each.Count);
            var sum = left.Values.Sum();
            if (sum == 0 || sum >= before) return left;
            before = sum;
        }
    }

    async Task Retire(string tenant, IReadOnlyList<KekVersion> versions, CancellationToken stop)
    {
        foreach (var (version, next) in versions.Zip(versions.Skip(1)))
        {
            if (Age(next) < settings.KeepOld) continue;
            await provider.Retire(tenant, version.Version, stop);
            await destructions.Commit(Caller.System("keys"), transaction =>
            {
                transaction.Audit("retire-key", $"{tenant}/{version.Version}");
                return Task.FromResult(0);
            }, stop);
        }
    }

    TimeSpan Age(KekVersion version) => TimeSpan.FromMicroseconds(destructions.Clock.Microseconds() - version.CreatedAt);
}

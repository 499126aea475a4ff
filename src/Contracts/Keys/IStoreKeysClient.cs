using Refit;

namespace FirstRing.Contracts.Keys;

/// <summary>What every service with a store does for the keys service, and for it alone. A tenant is its id, or <c>system</c> for what belongs to none.</summary>
public interface IStoreKeysClient
{
    /// <summary>A tenant's keys as they lie in the service's store.</summary>
    [Post("/contract/{service}/stored-keys")] Task<StoredKeyList> StoredKeys(string service, [Body] ListStoredKeys request, CancellationToken stop);

    /// <summary>Wraps keys of these tenants anew that lie under an older version, a bounded number at a time.</summary>
    [Post("/contract/{service}/rewrap-keys")] Task<RewrappedKeys> Rewrap(string service, [Body] RewrapKeys request, CancellationToken stop);

    /// <summary>Begins a tenant's content key after the one of keyEpoch <c>From</c>, unless it has begun.</summary>
    [Post("/contract/{service}/renew-key")] Task<Done> Renew(string service, [Body] RenewKey request, CancellationToken stop);

    /// <summary>Lets go of a tenant's unwrapped keys.</summary>
    [Post("/contract/{service}/forget-keys")] Task<Done> Forget(string service, [Body] ForgetKeys request, CancellationToken stop);
}

public sealed record ListStoredKeys(string Owner);

/// <summary><paramref name="KekVersion"/>: the version of the tenant's key that wraps it. <paramref name="Sealed"/>: values under it. <paramref name="CreatedAt"/> in UTC microseconds.</summary>
public sealed record StoredKey(string Service, string Purpose, long KeyEpoch, long KekVersion, long Sealed, long CreatedAt);
public sealed record StoredKeyList(IReadOnlyList<StoredKey> Keys);
public sealed record RewrapKeys(IReadOnlyList<string> Owners);

/// <summary><paramref name="Left"/>: keys that still lie under an older version, for each tenant that could be looked at.</summary>
public sealed record RewrappedKeys(IReadOnlyList<KeysLeft> Left);
public sealed record KeysLeft(string Owner, long Count);
public sealed record RenewKey(string Owner, long From);
public sealed record ForgetKeys(string Owner);

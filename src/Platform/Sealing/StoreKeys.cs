using System.Collections.Concurrent;
using System.Security.Cryptography;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Platform.Sealing;

/// <summary>
/// The data encryption keys of one store: one per tenant × purpose × keyEpoch, lying wrapped in the store's own table and unwrapped through the key provider
/// when they are needed. Values are sealed under the newest epoch and opened under the one they name. A key is committed on its own before anything is sealed
/// with it: neither a rolled-back write nor a failed commit of the key itself can leave a blob without its key.
/// </summary>
/// <remarks>
/// Content keys are held for five minutes beyond their last need and for 2^20 uses per unwrapping. From five minutes after it was unwrapped a key in use is
/// renewed in the background: a provider that says no ends it at once, one that does not answer lets it go on for at most <see cref="Longest"/>, the length of
/// a visit. The keys of MACs (audit, one-way names) hide nothing of a patient and are held while the store is open, so that an outage stops no audit.
/// </remarks>
public sealed class StoreKeys : IDisposable
{
    public const string ContentPurpose = "content", AuditPurpose = "audit";

    /// <summary>Uses of a content key after which it is unwrapped anew, and values sealed under one keyEpoch before the next begins: half of what NIST SP 800-38D §8.3
    /// allows random nonces, for counts that a crash lost.</summary>
    public const long MostUses = 1 << 20, MostSealed = 1L << 31;

    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5), Idle = TimeSpan.FromMinutes(5), Longest = TimeSpan.FromHours(4);

    /// <summary>A key is wrapped and in the store within this, or not at all; a KEK version is kept for longer after the next one was made.</summary>
    public static readonly TimeSpan WrappedWithin = TimeSpan.FromSeconds(30);
    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(3), AskAgain = TimeSpan.FromSeconds(1), Sweep = TimeSpan.FromMinutes(1);

    const int MostAbsent = 10_000;

    readonly Store _store;
    readonly IKeyProvider _provider;
    readonly ConcurrentDictionary<(string Tenant, string Purpose), KeyRing> _rings = new();
    readonly ConcurrentDictionary<(string Tenant, string Purpose), Lazy<Task>> _loading = new();
    readonly ConcurrentDictionary<Guid, long> _sealed = new();
    readonly ConcurrentDictionary<Guid, bool> _absent = new();
    readonly ConcurrentDictionary<string, bool> _destroyed = new();
    readonly ProviderWatch _watch;
    readonly ITimer _sweep;

    internal StoreKeys(Store store, IKeyProvider provider)
    {
        (_store, _provider) = (store, provider);
        _watch = new ProviderWatch(store.Clock, AnswerWithin, AskAgain);
        _sweep = store.Clock.CreateTimer(_ => Forget(ring => !ring.IsNeeded(Clock)), null, Sweep, Sweep);
    }

    TimeProvider Clock => _store.Clock;

    /// <summary>Whether the tenant's keys for this purpose are at hand. Asking counts as a need of them.</summary>
    public bool Has(string tenant, string purpose)
    {
        if (!_rings.TryGetValue((tenant, purpose), out var ring) || !ring.Need(Clock)) return false;
        if (ring.IsStale(Clock) && _watch.MayAsk) _ = Renew(tenant, purpose);
        return true;
    }

    // A tenant whose keys are in use waits for nobody.
    async Task Renew(string tenant, string purpose)
    {
        try { await Load(tenant, purpose, CancellationToken.None); }
        catch (KeysUnavailable) { } // goes on with what it has, and is asked again
        catch (CryptographicException) { _rings.TryRemove((tenant, purpose), out _); }
        catch (Exception) when (_rings.ContainsKey((tenant, purpose))) { } // the store's own trouble: whoever commits is told
    }

    /// <summary>Unwraps the tenant's keys, made where there are none. Many that ask at once are one question.</summary>
    /// <exception cref="KeysUnavailable">The provider does not answer.</exception>
    /// <exception cref="KeysDestroyed">The tenant's keys were destroyed.</exception>
    /// <exception cref="CryptographicException">The key does not unwrap.</exception>
    internal Task Load(string tenant, string purpose, CancellationToken stop) => _loading.GetOrAdd((tenant, purpose), key => new Lazy<Task>(() => Task.Run(async () =>
    {
        try { await Fetch(key.Tenant, key.Purpose); }
        catch (KeysDestroyed)
        {
            _destroyed[key.Tenant] = true; // for ever
            throw;
        }
        finally { _loading.TryRemove(key, out _); }
    }))).Value.WaitAsync(stop);

    async Task Fetch(string tenant, string purpose)
    {
        await CountSealed();
        var rows = await KeyTable.Read(_store, tenant, purpose);
        if (rows.Count == 0 || (purpose == ContentPurpose && rows[^1].Sealed >= MostSealed))
            rows = await Make(tenant, purpose, rows.Count == 0 ? 1 : rows[^1].KeyEpoch + 1);
        List<DataKey> keys;
        try { keys = await Unwrap(rows); }
        catch (CryptographicException failure) when (failure is not KeysDestroyed)
        {
            // Wrapped anew by another process between the look and the question, and the old version retired.
            var again = await KeyTable.Read(_store, tenant, purpose);
            if (again[^1].Wrapped.AsSpan().SequenceEqual(rows[^1].Wrapped)) throw;
            keys = await Unwrap(rows = again);
        }
        _rings.TryGetValue((tenant, purpose), out var before);
        _rings[(tenant, purpose)] = new KeyRing(keys, purpose == ContentPurpose, Clock);
        if (before is not null) Collect(before);
        if (rows.Any(row => row.KekVersion == 0)) // a folder from before KEKs had versions
            try { await Rewrap([.. rows.Where(row => row.KekVersion == 0)]); }
            catch (KeysUnavailable) { } // next time
    }

    /// <summary>The next keyEpoch, unless another process has made it.</summary>
    internal async Task<List<KeyRow>> Make(string tenant, string purpose, long epoch)
    {
        var began = Clock.GetTimestamp();
        var dek = RandomNumberGenerator.GetBytes(WrappedKey.KeySize);
        var id = NewId.Ordered(Clock);
        var wrapped = await _watch.Ask(stop => _provider.Wrap(tenant, PlaceOf(tenant, purpose, id), dek, stop)); // before the transaction: it must not wait for the provider
        CryptographicOperations.ZeroMemory(dek);
        return await _store.RunUnkeyed(async transaction =>
        {
            RefuseLate(began);
            await KeyTable.Insert(transaction, new KeyRow(id.ToString("N"), tenant, purpose, epoch, wrapped, WrappedKey.VersionOf(wrapped), 0, transaction.Now));
            return await KeyTable.Read(transaction, tenant, purpose);
        });
    }

    async Task<List<DataKey>> Unwrap(List<KeyRow> rows)
    {
        var keys = new List<DataKey>();
        foreach (var row in rows)
            try { keys.Add(new DataKey(row.Id, await Unwrap(row), row.Sealed)); }
            catch (CryptographicException failure) when (row != rows[^1] && failure is not KeysDestroyed) { } // an old key that is broken leaves the others
        return keys;
    }

    Task<byte[]> Unwrap(KeyRow row) => _watch.Ask(stop => _provider.Unwrap(row.Tenant, PlaceOf(row.Tenant, row.Purpose, row.Id), row.Wrapped, stop));

    byte[] PlaceOf(string tenant, string purpose, Guid id) => SealedBlob.Place(tenant, _store.Service, purpose, id.ToString("N"));

    /// <summary>Wraps keys anew under their tenants' newest KEK version, in one transaction; one that another process was first with is left as it is.</summary>
    internal async Task Rewrap(IReadOnlyList<KeyRow> rows)
    {
        var began = Clock.GetTimestamp();
        var anew = new List<(KeyRow Row, byte[] Wrapped)>();
        foreach (var row in rows)
        {
            try
            {
                var dek = await Unwrap(row);
                anew.Add((row, await _watch.Ask(stop => _provider.Wrap(row.Tenant, PlaceOf(row.Tenant, row.Purpose, row.Id), dek, stop))));
                CryptographicOperations.ZeroMemory(dek);
            }
            catch (CryptographicException) { } // broken, or wrapped anew by another meanwhile: it stays, and stays counted
        }
        await _store.RunUnkeyed(async transaction =>
        {
            RefuseLate(began);
            foreach (var (row, wrapped) in anew.OrderBy(each => each.Row.KeyId, StringComparer.Ordinal)) await KeyTable.Replace(transaction, row, wrapped, WrappedKey.VersionOf(wrapped));
            return anew.Count;
        });
    }

    /// <summary>The tenant's newest KEK version; null where it has none.</summary>
    internal async Task<int?> NewestVersion(string tenant) => (await _watch.Ask(stop => _provider.Versions(tenant, stop))) is [.., var newest] ? newest.Version : null;

    // A wrapped key that took its time to the store may be under a version that was retired meanwhile: versions are kept for longer than this.
    void RefuseLate(long began)
    {
        if (Clock.GetElapsedTime(began) > WrappedWithin) throw new TimeoutException("The wrapped key came too late.");
    }

    /// <param name="tenant">Whose key.</param>
    /// <param name="field">Permanent id of the field, e.g. <c>patient.content</c>; never renamed.</param>
    /// <param name="row">Id of the row.</param>
    /// <param name="plain">What to seal.</param>
    /// <exception cref="KeyMissing">The tenant's keys are not at hand.</exception>
    internal byte[] Seal(string tenant, string field, string row, ReadOnlySpan<byte> plain)
    {
        var key = Ring(tenant).Newest();
        return SealedBlob.Seal(plain, key.Id, key.Key, SealedBlob.Place(tenant, _store.Service, field, row));
    }

    /// <exception cref="CryptographicException">Altered, moved, or sealed with a key this store does not hold (<see cref="KeyMissing"/>: not at hand).</exception>
    internal byte[] Open(string tenant, string field, string row, ReadOnlySpan<byte> blob)
    {
        if (!SealedBlob.TryReadKeyId(blob, out var keyId)) throw new CryptographicException("Not a sealed value.");
        var key = Ring(tenant).Of(keyId) ?? throw (_absent.ContainsKey(keyId) ? new CryptographicException("The key of this value is not in the store.") : new KeyMissing(tenant, keyId));
        return SealedBlob.Open(blob, key.Key, SealedBlob.Place(tenant, _store.Service, field, row));
    }

    KeyRing Ring(string tenant) => _rings.TryGetValue((tenant, ContentPurpose), out var ring) && ring.Need(Clock) ? ring
        : throw (_destroyed.ContainsKey(tenant) ? new KeysDestroyed() : new KeyMissing(tenant, null));

    /// <summary>Gets what a transaction found missing; after it the transaction may be tried again, and is then told of a key that is not there or was destroyed.</summary>
    internal async Task Find(KeyMissing missing, CancellationToken stop)
    {
        try
        {
            // Twice: the first may share a look that began before another process made the key.
            for (var look = 1; look <= 2; look++)
            {
                await Load(missing.Tenant, ContentPurpose, stop);
                if (missing.KeyId is not { } id || !_rings.TryGetValue((missing.Tenant, ContentPurpose), out var ring) || ring.Of(id) is not null) return;
            }
        }
        catch (KeysDestroyed) { return; }
        // A key is committed before any value under it: one that is not there now was never to be.
        if (_absent.Count > MostAbsent) _absent.Clear();
        _absent[missing.KeyId!.Value] = true;
    }

    internal byte[] Mac(ReadOnlySpan<byte> content) => Mac(AuditPurpose, content);

    internal byte[] Mac(string purpose, ReadOnlySpan<byte> content) => HMACSHA256.HashData(_rings[(Caller.SystemTenant, purpose)].Newest().Key, content);

    /// <summary>Lets go of a tenant's keys; whoever needs them asks the provider again.</summary>
    internal void Forget(string tenant) => Forget(ring => false, tenant);

    void Forget(Func<KeyRing, bool> when, string? tenant = null)
    {
        foreach (var (place, ring) in _rings)
            if ((tenant is null ? when(ring) : place.Tenant == tenant && place.Purpose == ContentPurpose) && _rings.TryRemove(KeyValuePair.Create(place, ring))) Collect(ring);
    }

    void Collect(KeyRing ring)
    {
        foreach (var (id, count) in ring.TakeSealed()) _sealed.AddOrUpdate(id, count, (_, before) => before + count);
    }

    /// <summary>Writes down how many values each key has sealed since the last time; keys are touched in the order of their ids, here and where they are wrapped anew: no deadlock.</summary>
    internal async Task CountSealed()
    {
        foreach (var ring in _rings.Values) Collect(ring);
        var counts = _sealed.Keys.Select(id => _sealed.TryRemove(id, out var count) ? new { id = id.ToString("N"), count } : null).Where(count => count is { count: > 0 }).OrderBy(count => count!.id, StringComparer.Ordinal).ToList();
        if (counts.Count == 0) return;
        try
        {
            await _store.RunUnkeyed(transaction => transaction.Execute("UPDATE sealing_keys SET sealed = sealed + @count WHERE key_id = @id", counts));
        }
        catch
        {
            foreach (var lost in counts) _sealed.AddOrUpdate(Guid.ParseExact(lost!.id, "N"), lost.count, (_, since) => since + lost.count);
            throw;
        }
    }

    public void Dispose() => _sweep.Dispose();
}

/// <summary>A transaction needs a key that is not at hand; <paramref name="keyId"/> is null where it is the tenant's newest.</summary>
internal sealed class KeyMissing(string tenant, Guid? keyId) : Exception("A key is not at hand.")
{
    public string Tenant => tenant;
    public Guid? KeyId => keyId;
}

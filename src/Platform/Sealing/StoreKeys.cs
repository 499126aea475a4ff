using System.Collections.Concurrent;
using System.Security.Cryptography;
using FirstRing.Platform.Storage;

namespace FirstRing.Platform.Sealing;

/// <summary>
/// The data encryption keys of one store: one per tenant × purpose × keyEpoch, lying wrapped in the store's own table and unwrapped through the
/// key provider on first use. A key is committed on its own before anything is sealed with it: neither a rolled-back write nor a failed commit of the key
/// itself can leave a blob without its key.
/// </summary>
public sealed class StoreKeys(string service, IKeyProvider provider, TimeProvider clock)
{
    public const string ContentPurpose = "content", AuditPurpose = "audit";

    readonly ConcurrentDictionary<(string Tenant, string Purpose), DataKey> _current = new();
    readonly ConcurrentDictionary<Guid, DataKey> _byId = new();

    internal sealed record Row(string KeyId, string Tenant, string Purpose, long KeyEpoch, byte[] Wrapped);
    sealed record DataKey(Guid Id, byte[] Key, long KeyEpoch);

    public bool Has(string tenant, string purpose) => _current.ContainsKey((tenant, purpose));

    /// <summary>The tenant's wrapped keys, made where there is none. Runs in a transaction of its own; <see cref="Use"/> them once that has committed.</summary>
    internal async Task<IReadOnlyList<Row>> Ensure(Transaction transaction, string tenant, string purpose)
    {
        if (await Load(transaction, tenant, purpose) is { Count: > 0 } rows) return rows;
        var dek = RandomNumberGenerator.GetBytes(32);
        await transaction.Execute(
            """
            INSERT INTO sealing_keys (key_id, tenant, purpose, key_epoch, wrapped, created_at)
            VALUES (@KeyId, @tenant, @purpose, 1, @wrapped, @at) ON CONFLICT (tenant, purpose, key_epoch) DO NOTHING
            """,
            new { KeyId = Ids.NewId.Ordered(clock).ToString("N"), tenant, purpose, wrapped = provider.Wrap(tenant, dek), at = Ids.Instant.Microseconds(clock) });
        return await Load(transaction, tenant, purpose);
    }

    static Task<List<Row>> Load(Transaction transaction, string tenant, string purpose) => transaction.List<Row>(
        "SELECT key_id AS KeyId, tenant AS Tenant, purpose AS Purpose, key_epoch AS KeyEpoch, wrapped AS Wrapped FROM sealing_keys WHERE tenant = @tenant AND purpose = @purpose ORDER BY key_epoch",
        new { tenant, purpose });

    /// <summary>Takes committed keys, oldest first, into use.</summary>
    internal void Use(IReadOnlyList<Row> committed)
    {
        foreach (var row in committed)
        {
            var key = new DataKey(Guid.ParseExact(row.KeyId, "N"), provider.Unwrap(row.Tenant, row.Wrapped), row.KeyEpoch);
            _byId[key.Id] = key;
            _current[(row.Tenant, row.Purpose)] = key;
        }
    }

    /// <param name="tenant">Whose key.</param>
    /// <param name="field">Permanent id of the field, e.g. <c>patient.content</c>; never renamed.</param>
    /// <param name="row">Id of the row.</param>
    /// <param name="plain">What to seal.</param>
    internal byte[] Seal(string tenant, string field, string row, ReadOnlySpan<byte> plain)
    {
        var key = _current[(tenant, ContentPurpose)];
        return SealedBlob.Seal(plain, key.Id, key.Key, SealedBlob.Place(tenant, service, field, row));
    }

    /// <exception cref="CryptographicException">Altered, moved, or sealed with a key this store does not hold.</exception>
    internal byte[] Open(string tenant, string field, string row, ReadOnlySpan<byte> blob)
    {
        if (!SealedBlob.TryReadKeyId(blob, out var keyId) || !_byId.TryGetValue(keyId, out var key))
            throw new CryptographicException("The key of this value is not in the store.");
        return SealedBlob.Open(blob, key.Key, SealedBlob.Place(tenant, service, field, row));
    }

    internal byte[] Mac(ReadOnlySpan<byte> content) => Mac(AuditPurpose, content);

    internal byte[] Mac(string purpose, ReadOnlySpan<byte> content) => HMACSHA256.HashData(_current[(Http.Caller.SystemTenant, purpose)].Key, content);
}

using FirstRing.Platform.Storage;

namespace FirstRing.Platform.Sealing;

/// <summary>A wrapped data encryption key as it lies in the store; <paramref name="Sealed"/> counts values sealed under it. <paramref name="CreatedAt"/> in UTC microseconds.</summary>
public sealed record KeyRow(string KeyId, string Tenant, string Purpose, long KeyEpoch, byte[] Wrapped, long KekVersion, long Sealed, long CreatedAt)
{
    public Guid Id => Guid.ParseExact(KeyId, "N");
}

/// <summary>Every statement on <c>sealing_keys</c>, but for the count of what was sealed.</summary>
internal static class KeyTable
{
    const string Columns =
        """
        SELECT key_id AS KeyId, tenant AS Tenant, purpose AS Purpose, key_epoch AS KeyEpoch, wrapped AS Wrapped, kek_version AS KekVersion, sealed AS Sealed, created_at AS CreatedAt
        FROM sealing_keys WHERE tenant = @tenant
        """;
    const string OfPurpose = $"{Columns} AND purpose = @purpose ORDER BY key_epoch";

    public static Task<List<KeyRow>> Read(Store store, string tenant, string purpose) => store.ReadList<KeyRow>(OfPurpose, new { tenant, purpose }, CancellationToken.None);

    public static Task<List<KeyRow>> Read(Transaction transaction, string tenant, string purpose) => transaction.List<KeyRow>(OfPurpose, new { tenant, purpose });

    /// <summary>All of a tenant's, by purpose and keyEpoch.</summary>
    public static Task<List<KeyRow>> All(Store store, string tenant, CancellationToken stop) => store.ReadList<KeyRow>($"{Columns} ORDER BY purpose, key_epoch", new { tenant }, stop);

    /// <summary>Those that an older KEK version wraps, oldest first.</summary>
    public static Task<List<KeyRow>> Older(Store store, string tenant, int version, int most, CancellationToken stop) =>
        store.ReadList<KeyRow>($"{Columns} AND kek_version < @version ORDER BY kek_version, key_id LIMIT @most", new { tenant, version, most }, stop);

    public static Task<long> CountOlder(Store store, string tenant, int version, CancellationToken stop) =>
        store.ReadOne<long>("SELECT COUNT(*) FROM sealing_keys WHERE tenant = @tenant AND kek_version < @version", new { tenant, version }, stop);

    /// <summary>Nothing where that keyEpoch is there already.</summary>
    public static Task<int> Insert(Transaction transaction, KeyRow row) => transaction.Execute(
        """
        INSERT INTO sealing_keys (key_id, tenant, purpose, key_epoch, wrapped, kek_version, created_at)
        VALUES (@KeyId, @Tenant, @Purpose, @KeyEpoch, @Wrapped, @KekVersion, @CreatedAt) ON CONFLICT (tenant, purpose, key_epoch) DO NOTHING
        """, row);

    /// <summary>False where the row is no longer as it was read.</summary>
    public static async Task<bool> Replace(Transaction transaction, KeyRow row, byte[] wrapped, int version) => await transaction.Execute(
        "UPDATE sealing_keys SET wrapped = @wrapped, kek_version = @version WHERE key_id = @KeyId AND wrapped = @before",
        new { row.KeyId, before = row.Wrapped, wrapped, version }) == 1;

    public static Task<List<string>> Tenants(Store store, CancellationToken stop) => store.ReadList<string>("SELECT DISTINCT tenant FROM sealing_keys ORDER BY tenant", null, stop);
}

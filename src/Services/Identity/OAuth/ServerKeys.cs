using System.Security.Cryptography;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.OAuth;

/// <summary>A key of the server's own. <paramref name="From"/>: since when it is the one that is used, in UTC microseconds; a later one waits for its time.</summary>
internal sealed record ServerKey(string Id, string Purpose, byte[] Key, long From);

/// <summary>
/// The keys that sign what the server says and that encrypt what it keeps. They lie sealed in the store, are used for ninety days each, and are there a day
/// before they are used, so that every process and every application has seen them by then; what was made with one can be read for as long as it is good.
/// </summary>
internal sealed class ServerKeys(Store store, int rsaBits)
{
    public const string Signing = "sign", Encryption = "encrypt";
    const string Field = "oauth-key.key";
    public const int RsaBits = 3072;
    const int EncryptionBytes = 32;

    public static readonly TimeSpan Used = TimeSpan.FromDays(90), Ahead = TimeSpan.FromDays(1);
    static readonly TimeSpan Kept = Lifetimes.Offline + TimeSpan.FromDays(1);

    sealed record Row(string Id, string Purpose, byte[] Sealed, long FromAt);

    /// <summary>Every key that is used, was lately or will be soon; of each purpose the one that is used now comes first.</summary>
    public async Task<IReadOnlyList<ServerKey>> Load(CancellationToken stop)
    {
        var known = await store.ReadList<Row>("SELECT id AS Id, purpose AS Purpose, sealed AS Sealed, from_at AS FromAt FROM oauth_keys", null, stop);
        // Making one takes its time: before the transaction.
        var made = new[] { Signing, Encryption }.Where(purpose => NextFrom(known, purpose, store.Clock.Microseconds()) is not null).ToDictionary(purpose => purpose, Make);
        return await store.Commit(Caller.System(store.Service), async transaction =>
        {
            if (transaction.Dialect == Dialect.Postgres) await transaction.Execute("SELECT pg_advisory_xact_lock(hashtextextended('oauth-keys', 0))");
            var rows = await transaction.List<Row>("SELECT id AS Id, purpose AS Purpose, sealed AS Sealed, from_at AS FromAt FROM oauth_keys ORDER BY from_at DESC");
            foreach (var (purpose, key) in made)
                if (NextFrom(rows, purpose, transaction.Now) is { } from) rows.Add(await Insert(transaction, purpose, key, from));
            foreach (var row in rows.Where(row => rows.Any(later => later.Purpose == row.Purpose && later.FromAt > row.FromAt && later.FromAt < transaction.Now - Micros(Kept))).ToList())
            {
                await transaction.Execute("DELETE FROM oauth_keys WHERE id = @Id", new { row.Id });
                rows.Remove(row);
            }
            return (IReadOnlyList<ServerKey>)[.. rows.OrderBy(row => row.FromAt > transaction.Now).ThenByDescending(row => row.FromAt)
                .Select(row => new ServerKey(row.Id, row.Purpose, transaction.Open(Caller.SystemTenant, Field, row.Id, row.Sealed), row.FromAt))];
        }, stop);
    }

    // When the next key of a purpose is to be used first; null while there is no need of one.
    static long? NextFrom(List<Row> rows, string purpose, long now) => rows.Where(row => row.Purpose == purpose).Select(row => (long?)row.FromAt).Max() switch
    {
        null => now,
        { } newest when newest + Micros(Used - Ahead) <= now => Math.Max(newest + Micros(Used), now + Micros(Ahead)),
        _ => null,
    };

    byte[] Make(string purpose)
    {
        if (purpose == Encryption) return RandomNumberGenerator.GetBytes(EncryptionBytes);
        using var rsa = RSA.Create(rsaBits);
        return rsa.ExportPkcs8PrivateKey();
    }

    static async Task<Row> Insert(Transaction transaction, string purpose, byte[] key, long from)
    {
        var id = NewId.Random().ToString("N");
        var row = new Row(id, purpose, transaction.Seal(Caller.SystemTenant, Field, id, key), from);
        await transaction.Execute("INSERT INTO oauth_keys (id, purpose, sealed, from_at) VALUES (@Id, @Purpose, @Sealed, @FromAt)", row);
        transaction.Audit("make-oauth-key", id, purpose);
        return row;
    }

    static long Micros(TimeSpan time) => (long)time.TotalMicroseconds;
}

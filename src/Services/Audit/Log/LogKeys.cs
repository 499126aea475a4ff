using System.Security.Cryptography;
using System.Text;
using FirstRing.Contracts.Witness;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Transparency;

namespace FirstRing.Audit.Log;

/// <summary>The keys that sign checkpoints, sealed in the log's own store; each but the first is vouched for by the one before. The newest signs.</summary>
internal sealed class LogKeys(LogStore log)
{
    const string Field = "log.key";
    static readonly long Lifetime = (long)TimeSpan.FromDays(90).TotalMicroseconds;

    sealed record Row(string Id, long Position, string PublicKey, byte[] Secret, byte[] Vouched, long CreatedAt);

    /// <summary>Signs with the newest key; makes the first one, and a new one after ninety days.</summary>
    /// <exception cref="CryptographicException">The key cannot be opened now: nothing is signed.</exception>
    public Task<SignedNote> Sign(string text, string origin, CancellationToken stop) => log.Commit(async transaction =>
    {
        var rows = await All(transaction);
        if (rows.Count == 0 || transaction.Now - rows[^1].CreatedAt > Lifetime) rows.Add(await Add(transaction, origin, rows.LastOrDefault()));
        using var secret = Open(transaction, rows[^1]);
        return SignedNote.Sign(text, NoteKey.Parse(rows[^1].PublicKey)!, secret);
    }, stop);

    /// <summary>From now on another key signs.</summary>
    public Task Rotate(string origin, CancellationToken stop) => log.Commit(async transaction => await Add(transaction, origin, (await All(transaction)).LastOrDefault()), stop);

    public Task<List<LogKey>> Public(CancellationToken stop) => log.Commit(async transaction => (await All(transaction)).ConvertAll(row => new LogKey(row.PublicKey, row.Vouched)), stop);

    /// <summary>What a key signs to vouch for the one after it.</summary>
    public static byte[] Vow(string key) => Encoding.UTF8.GetBytes($"firstring log key\n{key}\n");

    static Task<List<Row>> All(Transaction transaction) => transaction.List<Row>(
        "SELECT id AS Id, position AS Position, public_key AS PublicKey, secret AS Secret, vouched AS Vouched, created_at AS CreatedAt FROM log_keys ORDER BY position");

    static async Task<Row> Add(Transaction transaction, string origin, Row? before)
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = new NoteKey(origin, made.ExportSubjectPublicKeyInfo());
        var id = Convert.ToHexStringLower(key.Id);
        byte[] vouched = [];
        if (before is not null)
        {
            using var older = Open(transaction, before);
            vouched = NoteKey.Sign(older, Vow(key.ToString()));
        }
        var row = new Row(id, (before?.Position ?? 0) + 1, key.ToString(), transaction.Seal(Caller.SystemTenant, Field, id, made.ExportPkcs8PrivateKey()), vouched, transaction.Now);
        await transaction.Execute(
            "INSERT INTO log_keys (id, position, public_key, secret, vouched, created_at) VALUES (@Id, @Position, @PublicKey, @Secret, @Vouched, @CreatedAt)", row);
        transaction.Audit(before is null ? "create-log-key" : "rotate-log-key", id);
        return row;
    }

    static ECDsa Open(Transaction transaction, Row row)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(transaction.Open(Caller.SystemTenant, Field, row.Id, row.Secret), out _);
        return key;
    }
}

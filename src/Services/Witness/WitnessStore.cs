using System.Security.Cryptography;
using System.Text;
using FirstRing.Contracts.Witness;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Transparency;

namespace FirstRing.Witness;

/// <summary>How far a log had grown when the witness last signed.</summary>
internal sealed record SeenLog(long Size, byte[] Root, string Note);

/// <summary>Every statement on what the witness remembers, and its key, sealed in its own store.</summary>
internal sealed class WitnessStore(Store store)
{
    const string Name = "firstring/witness", Field = "witness.key";

    sealed record Secret(string PublicKey, byte[] Sealed);

    public TimeProvider Clock => store.Clock;

    public Task<T> Commit<T>(Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(Caller.System(store.Service), work, stop);

    /// <summary>PostgreSQL: two nodes at once take turns, so that neither signs on what the other has just left behind. SQLite has one writer.</summary>
    public static async Task<SeenLog?> Hold(Transaction transaction, string origin)
    {
        if (transaction.Dialect == Dialect.Postgres) await transaction.Execute("SELECT pg_advisory_xact_lock(hashtextextended(@origin, 0))", new { origin });
        return await transaction.One<SeenLog>("SELECT size AS Size, root AS Root, note AS Note FROM witness_logs WHERE origin = @origin", new { origin });
    }

    public static Task Remember(Transaction transaction, Checkpoint checkpoint, string note) => transaction.Execute(
        """
        INSERT INTO witness_logs (origin, size, root, note, at) VALUES (@Origin, @Size, @Root, @note, @Now)
        ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note, at = excluded.at
        """, new { checkpoint.Origin, checkpoint.Size, checkpoint.Root, note, transaction.Now });

    /// <summary>The keys of a log that count: the first that was ever shown, and those that a known one vouches for.</summary>
    public static async Task<List<NoteKey>> Keys(Transaction transaction, string origin, IReadOnlyList<LogKey> shown)
    {
        var known = (await transaction.List<string>("SELECT key FROM witness_keys WHERE origin = @origin ORDER BY at, key", new { origin })).Select(NoteKey.Parse).OfType<NoteKey>().ToList();
        foreach (var (text, vouched) in shown)
        {
            if (NoteKey.Parse(text) is not { } key || key.Name != origin || known.Any(one => one.ToString() == text)) continue;
            if (known.Count > 0 && !known.Any(older => older.Verifies(Encoding.UTF8.GetBytes($"firstring log key\n{text}\n"), vouched))) continue;
            known.Add(key);
            await transaction.Execute("INSERT INTO witness_keys (key, origin, at) VALUES (@text, @origin, @Now) ON CONFLICT (key) DO NOTHING", new { text, origin, transaction.Now });
        }
        return known;
    }

    public static Task KeepFork(Transaction transaction, string origin, string known, string shown) => transaction.Execute(
        "INSERT INTO witness_forks (id, origin, known, shown, at) VALUES (@id, @origin, @known, @shown, @Now) ON CONFLICT (id) DO NOTHING",
        new { id = Token.Hash(shown), origin, known, shown, transaction.Now });

    /// <summary>The witness's key, made at first use.</summary>
    public static async Task<(NoteKey Key, ECDsa Secret)> Signer(Transaction transaction)
    {
        var row = await transaction.One<Secret>("SELECT public_key AS PublicKey, secret AS Sealed FROM witness_secret WHERE id = 1");
        if (row is null)
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            row = new Secret(new NoteKey(Name, made.ExportSubjectPublicKeyInfo()).ToString(), transaction.Seal(Caller.SystemTenant, Field, "1", made.ExportPkcs8PrivateKey()));
            await transaction.Execute("INSERT INTO witness_secret (id, public_key, secret) VALUES (1, @PublicKey, @Sealed)", row);
        }
        var secret = ECDsa.Create();
        secret.ImportPkcs8PrivateKey(transaction.Open(Caller.SystemTenant, Field, "1", row.Sealed), out _);
        return (NoteKey.Parse(row.PublicKey)!, secret);
    }
}

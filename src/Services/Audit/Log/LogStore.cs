using System.Data.Common;
using System.Text;
using Dapper;
using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Transparency;

namespace FirstRing.Audit.Log;

/// <summary>The log's end. <paramref name="Token"/> fences: whoever appends must still hold it.</summary>
internal sealed record LogHead(string Origin, long Size, byte[] Root, long GrownAt, string Holder, long Token, long HeldUntil);

/// <summary>What the log has of a store: its last counter, that row's MAC, and when it was written.</summary>
internal sealed record LogSource(long Counter, byte[] Mac, long At);

/// <summary>Every statement on the log's head, tiles, entries and sources.</summary>
internal sealed class LogStore(Store store)
{
    public const string BodyField = "log.body";
    const string TagPurpose = "log-tags";
    const string HeadColumns = "origin AS Origin, size AS Size, root AS Root, grown_at AS GrownAt, holder AS Holder, token AS Token, held_until AS HeldUntil";
    const string EntryColumns = "seq AS Seq, taken AS Taken, at AS At, store AS Store, counter AS Counter, tenant AS Tenant, action AS Action, actor AS Actor, patient AS Patient, skew AS Skew, body AS Body";
    const string TileAt = "SELECT hashes FROM log_tiles WHERE level = @level AND number = @number";

    public TimeProvider Clock => store.Clock;
    public Wakes Wakes => store.Wakes;

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);
    public Task<T> Commit<T>(Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(Caller.System(store.Service), work, stop);
    public Task KeysFor(IEnumerable<string> tenants, CancellationToken stop) => store.KeysFor(tenants, stop);

    /// <summary>The one-way name under which an actor or patient of a tenant is found.</summary>
    public async Task<string> Tag(string tenant, string kind, string id, CancellationToken stop) =>
        Convert.ToHexStringLower((await store.Mac(TagPurpose, Encoding.UTF8.GetBytes($"{tenant}\n{kind}\n{id}"), stop)).AsSpan(0, 16));

    /// <summary>Begins a log where there is none, under a name that no other log has.</summary>
    public Task Begin(CancellationToken stop) => Commit(transaction => transaction.Execute(
        """
        INSERT INTO log_head (id, origin, size, root, grown_at, holder, token, held_until) VALUES (1, @origin, 0, @root, 0, '', 0, 0) ON CONFLICT (id) DO NOTHING
        """, new { origin = $"firstring/audit/{Convert.ToHexStringLower(NewId.Random().ToByteArray().AsSpan(0, 8))}", root = Rfc6962.EmptyRoot }), stop);

    public async Task<LogHead> Head(CancellationToken stop) => (await store.ReadOne<LogHead>($"SELECT {HeadColumns} FROM log_head WHERE id = 1", null, stop))!;
    public static async Task<LogHead> Hold(Transaction transaction) => (await transaction.One<LogHead>($"SELECT {HeadColumns} FROM log_head WHERE id = 1{transaction.ForUpdate()}"))!;

    /// <summary>The fencing token, if the lease is <paramref name="holder"/>'s or free; null while another holds it.</summary>
    public Task<long?> TakeLease(string holder, long until, CancellationToken stop) => Commit(transaction => transaction.One<long?>(
        """
        UPDATE log_head SET token = token + CASE WHEN holder = @holder THEN 0 ELSE 1 END, holder = @holder, held_until = @until
        WHERE id = 1 AND (holder = @holder OR held_until < @Now) RETURNING token
        """, new { holder, until, transaction.Now }), stop);

    /// <summary>False where the token is no longer the log's: another has taken over.</summary>
    public static async Task<bool> Grow(Transaction transaction, long token, long size, byte[] root, long at, long until) => await transaction.Execute(
        "UPDATE log_head SET size = @size, root = @root, grown_at = @at, held_until = @until WHERE id = 1 AND token = @token", new { token, size, root, at, until }) == 1;

    public static Task<LogSource?> Source(Transaction transaction, string service) =>
        transaction.One<LogSource>("SELECT counter AS Counter, mac AS Mac, at AS At FROM log_sources WHERE store = @service", new { service });

    public Task<LogSource?> Source(string service, CancellationToken stop) =>
        store.ReadOne<LogSource>("SELECT counter AS Counter, mac AS Mac, at AS At FROM log_sources WHERE store = @service", new { service }, stop);

    public static Task SaveSource(Transaction transaction, string service, LogSource source) => transaction.Execute(
        """
        INSERT INTO log_sources (store, counter, mac, at) VALUES (@service, @Counter, @Mac, @At)
        ON CONFLICT (store) DO UPDATE SET counter = excluded.counter, mac = excluded.mac, at = excluded.at
        """, new { service, source.Counter, source.Mac, source.At });

    public static Task Insert(Transaction transaction, IReadOnlyList<LogEntry> entries) => transaction.Dialect == Dialect.Postgres
        // One round trip for all of them, where a statement is a round trip.
        ? transaction.Execute(
            """
            INSERT INTO log_entries (seq, taken, at, store, counter, tenant, action, actor, patient, skew, body)
            SELECT * FROM unnest(@seqs, @takens, @ats, @stores, @counters, @tenants, @actions, @actors, @patients, @skews, @bodies)
            """, new
            {
                seqs = Column(entries, entry => entry.Seq), takens = Column(entries, entry => entry.Taken), ats = Column(entries, entry => entry.At),
                stores = Column(entries, entry => entry.Store), counters = Column(entries, entry => entry.Counter), tenants = Column(entries, entry => entry.Tenant),
                actions = Column(entries, entry => entry.Action), actors = Column(entries, entry => entry.Actor), patients = Column(entries, entry => entry.Patient),
                skews = Column(entries, entry => entry.Skew), bodies = Column(entries, entry => entry.Body),
            })
        : transaction.Execute(
            """
            INSERT INTO log_entries (seq, taken, at, store, counter, tenant, action, actor, patient, skew, body)
            VALUES (@Seq, @Taken, @At, @Store, @Counter, @Tenant, @Action, @Actor, @Patient, @Skew, @Body)
            """, entries);

    static T[] Column<T>(IReadOnlyList<LogEntry> entries, Func<LogEntry, T> value) => [.. entries.Select(value)];

    public Task<List<LogEntry>> Entries(long from, long end, int most, CancellationToken stop) => store.ReadList<LogEntry>(
        $"SELECT {EntryColumns} FROM log_entries WHERE seq >= @from AND seq < @end ORDER BY seq LIMIT @most", new { from, end, most }, stop);

    public static Task<LogEntry?> Entry(Transaction transaction, string tenant, long seq) =>
        transaction.One<LogEntry>($"SELECT {EntryColumns} FROM log_entries WHERE seq = @seq AND tenant = @tenant", new { seq, tenant });

    public static Tiles TilesIn(Transaction transaction) => new((level, number) => transaction.One<byte[]>(TileAt, new { level, number }));

    /// <summary>The tree as it lies now; for roots and proofs of sizes that were committed.</summary>
    public Task<T> WithTiles<T>(Func<Tiles, Task<T>> work, CancellationToken stop) =>
        store.Read(connection => work(new Tiles((level, number) => connection.QuerySingleOrDefaultAsync<byte[]>(TileAt, new { level, number }))), stop);

    public static Task SaveTiles(Transaction transaction, Tiles tiles) => transaction.Execute(
        "INSERT INTO log_tiles (level, number, hashes) VALUES (@level, @number, @hashes) ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
        tiles.Changed.Select(tile => new { level = tile.Level, number = tile.Number, hashes = tile.Hashes }));

    /// <summary>Entries under an index, newest first, before a place. At least one of patient and actor tag, or the tenant alone.</summary>
    public static Task<List<LogEntry>> Find(Transaction transaction, LogQuery query) => transaction.List<LogEntry>(Finding(query), query);

    internal static string Finding(LogQuery query) => query switch
    {
        { Patient: not null } => $"SELECT {EntryColumns} FROM log_entries WHERE patient = @Patient {Rest}",
        { Actor: not null } => $"SELECT {EntryColumns} FROM log_entries WHERE actor = @Actor {Rest}",
        _ => $"SELECT {EntryColumns} FROM log_entries WHERE tenant = @Tenant {Rest}",
    };

    // A tag belongs to one tenant and its index is the narrow one; the bare column would tempt SQLite to walk the tenant's whole index instead.
    const string Rest =
        """
        AND tenant || '' = @Tenant AND (@Actor IS NULL OR actor = @Actor) AND (@Action IS NULL OR action = @Action)
        AND at >= @From AND at < @Until AND (at < @BeforeAt OR (at = @BeforeAt AND seq < @BeforeSeq)) ORDER BY at DESC, seq DESC LIMIT @Most
        """;
}

/// <summary>What is looked for. <paramref name="Patient"/> and <paramref name="Actor"/> are tags; the page begins before (<paramref name="BeforeAt"/>, <paramref name="BeforeSeq"/>).</summary>
internal sealed record LogQuery(string Tenant, string? Patient, string? Actor, string? Action, long From, long Until, long BeforeAt, long BeforeSeq, int Most);

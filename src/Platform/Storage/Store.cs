using System.Data.Common;
using Dapper;
using FirstRing.Platform.Http;
using FirstRing.Platform.Sealing;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FirstRing.Platform.Storage;

/// <summary>
/// One service's own store. Writes go through <see cref="Commit{T}"/>: on SQLite (WAL, synchronous=FULL) one writer that commits waiting
/// transactions as a group, each in a savepoint of its own; on PostgreSQL a pooled transaction. What Commit has returned is on disk.
/// </summary>
public sealed class Store : IAsyncDisposable
{
    const int MostMisses = 16;

    readonly Func<string, IReadOnlyList<string>> _consumersOf;
    readonly NpgsqlDataSource? _postgres;
    readonly SqliteWriter? _writer;
    readonly string _connectionString;
    int _closed;

    public Store(string service, StoreOptions options, IKeyProvider provider, TimeProvider clock, Func<string, IReadOnlyList<string>> consumersOf)
    {
        (Service, Dialect, Clock, _consumersOf) = (service, options.Dialect, clock, consumersOf);
        _connectionString = options.ConnectionString;
        Keys = new StoreKeys(this, provider);
        Wakes = new Wakes();
        Lag = new Audit.AuditLag(clock);
        if (Dialect == Dialect.Postgres)
            // The listener for wakes must notice a peer that went without a word.
            _postgres = PostgresSource.Create(new NpgsqlConnectionStringBuilder(options.ConnectionString) { KeepAlive = 10 }.ConnectionString);
        else
            // Not pooled: a connection in doubt must not come back.
            _writer = new SqliteWriter(this, () => OpenSqlite(new SqliteConnectionStringBuilder(_connectionString) { Pooling = false }.ConnectionString));
    }

    public string Service { get; }
    public Dialect Dialect { get; }
    public TimeProvider Clock { get; }
    public StoreKeys Keys { get; }
    public Wakes Wakes { get; }

    /// <summary>How far the audit log is behind this store's rows; beyond a bound nothing sealed is opened any more.</summary>
    public Audit.AuditLag Lag { get; }
    internal IReadOnlyList<string> ConsumersOf(string type) => _consumersOf(type);

    /// <summary>Applies the schema, makes the audit head and the audit key, and listens for wakes.</summary>
    public async Task Open(IEnumerable<SchemaSource> schema, CancellationToken stop)
    {
        SchemaUpgrade.Run(Dialect, _connectionString, schema);
        if (_postgres is not null) await Wakes.Listen(_postgres, stop);
        await Keys.Load(Caller.SystemTenant, StoreKeys.AuditPurpose, stop);
        await Run(Caller.System(Service), transaction => Audit.AuditChain.Begin(transaction, Keys), stop);
    }

    /// <summary>Runs <paramref name="work"/> in one transaction: its rows, outbox, audit and sealing commit together or not at all. Where a key turns out not to be at
    /// hand (another tenant's, or one that another process made), all is rolled back, the key fetched, and <paramref name="work"/> run again.</summary>
    /// <exception cref="KeysUnavailable">The work needs a key and the provider does not answer; work that needs none goes on without it.</exception>
    public async Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop)
    {
        try { await KeysFor([caller.TenantOrSystem], stop); }
        catch (KeysUnavailable) { } // the work may need none
        for (var missed = 0; ; missed++)
        {
            try { return await Run(caller, work, stop); }
            catch (KeyMissing missing) when (missed < MostMisses) { await Keys.Find(missing, stop); }
        }
    }

    /// <summary>Makes the content keys of these tenants ready, so that one transaction may seal for them all without being begun again.</summary>
    /// <exception cref="KeysUnavailable">The key provider does not answer.</exception>
    public async Task KeysFor(IEnumerable<string> tenants, CancellationToken stop)
    {
        foreach (var tenant in tenants)
            try { if (!Keys.Has(tenant, StoreKeys.ContentPurpose)) await Keys.Load(tenant, StoreKeys.ContentPurpose, stop); }
            catch (KeysDestroyed) { } // who seals or opens for it is told
    }

    /// <summary>For the keys themselves: no key is made ready first.</summary>
    internal Task<T> RunUnkeyed<T>(Func<Transaction, Task<T>> work) => Run(Caller.System(Service), work, CancellationToken.None);

    Task<T> Run<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) =>
        _writer is not null ? _writer.Commit(caller, work, stop) : CommitPostgres(caller, work, stop);

    async Task<T> CommitPostgres<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop)
    {
        await using var connection = await _postgres!.OpenConnectionAsync(stop);
        await using var inner = await connection.BeginTransactionAsync(stop);
        var transaction = new Transaction(this, caller, connection, inner);
        var result = await work(transaction);
        await transaction.Finish();
        transaction.End();
        await inner.CommitAsync(CancellationToken.None); // past this point the caller's cancellation must not leave the outcome unknown
        if (transaction.Audited) Wakes.Signal(Audit.AuditRelay.Topic);
        return result;
    }

    /// <summary>HMAC-SHA-256 under a key of this store's own, made at first use: one-way names for what must not lie in the store in clear.
    /// Each <paramref name="purpose"/> has a key of its own.</summary>
    public async Task<byte[]> Mac(string purpose, ReadOnlyMemory<byte> content, CancellationToken stop)
    {
        if (!Keys.Has(Caller.SystemTenant, purpose)) await Keys.Load(Caller.SystemTenant, purpose, stop);
        return Keys.Mac(purpose, content.Span);
    }

    /// <summary>Reads what is not PHI (PHI is read in <see cref="Commit{T}"/>, beside its audit row).</summary>
    public async Task<T> Read<T>(Func<DbConnection, Task<T>> work, CancellationToken stop)
    {
        await using DbConnection connection = _postgres is not null ? await _postgres.OpenConnectionAsync(stop) : OpenSqlite(_connectionString);
        return await work(connection);
    }

    public Task<List<T>> ReadList<T>(string sql, object? arguments, CancellationToken stop) =>
        Read(async connection => (await connection.QueryAsync<T>(sql, arguments)).AsList(), stop);

    public Task<T?> ReadOne<T>(string sql, object? arguments, CancellationToken stop) =>
        Read(connection => connection.QuerySingleOrDefaultAsync<T>(sql, arguments), stop);

    static SqliteConnection OpenSqlite(string connectionString)
    {
        // How long a file that another program locked is waited for; the library's own thirty seconds are longer than a request lives.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { DefaultTimeout = 5 }.ConnectionString);
        connection.Open();
        connection.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON;");
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1) return;
        Keys.Dispose();
        try { await Keys.CountSealed(); }
        catch (DbException) { } // a count that is lost is within the margin
        if (_writer is not null) await _writer.DisposeAsync();
        await Wakes.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
        else SqliteConnection.ClearPool(new SqliteConnection(_connectionString)); // readers' files are closed too
    }
}

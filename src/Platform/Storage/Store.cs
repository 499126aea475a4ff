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
    readonly Func<string, IReadOnlyList<string>> _consumersOf;
    readonly NpgsqlDataSource? _postgres;
    readonly SqliteWriter? _writer;
    readonly string _connectionString;
    int _closed;

    public Store(string service, StoreOptions options, IKeyProvider provider, TimeProvider clock, Func<string, IReadOnlyList<string>> consumersOf)
    {
        (Service, Dialect, Clock, _consumersOf) = (service, options.Dialect, clock, consumersOf);
        _connectionString = options.ConnectionString;
        Keys = new StoreKeys(service, provider, clock);
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
        await EnsureKey(Caller.SystemTenant, StoreKeys.AuditPurpose, stop);
        await Run(Caller.System(Service), transaction => Audit.AuditChain.Begin(transaction, Keys), stop);
    }

    /// <summary>Runs <paramref name="work"/> in one transaction: its rows, outbox, audit and sealing commit together or not at all.</summary>
    public async Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop)
    {
        if (!Keys.Has(caller.TenantOrSystem, StoreKeys.ContentPurpose))
            await EnsureKey(caller.TenantOrSystem, StoreKeys.ContentPurpose, stop);
        return await Run(caller, work, stop);
    }

    /// <summary>Makes the content keys of several tenants ready, so that one transaction may seal for all of them.</summary>
    public async Task KeysFor(IEnumerable<string> tenants, CancellationToken stop)
    {
        foreach (var tenant in tenants)
            if (!Keys.Has(tenant, StoreKeys.ContentPurpose)) await EnsureKey(tenant, StoreKeys.ContentPurpose, stop);
    }

    async Task EnsureKey(string tenant, string purpose, CancellationToken stop) =>
        Keys.Use(await Run(Caller.System(Service), transaction => Keys.Ensure(transaction, tenant, purpose), stop));

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
        if (!Keys.Has(Caller.SystemTenant, purpose)) await EnsureKey(Caller.SystemTenant, purpose, stop);
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
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        connection.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON;");
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1) return;
        if (_writer is not null) await _writer.DisposeAsync();
        await Wakes.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
        else SqliteConnection.ClearPool(new SqliteConnection(_connectionString)); // readers' files are closed too
    }
}

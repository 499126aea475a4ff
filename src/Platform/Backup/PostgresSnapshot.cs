using System.Data;
using FirstRing.Platform.Storage;
using Npgsql;

namespace FirstRing.Platform.Backup;

/// <summary>A PostgreSQL database at one moment: an exported snapshot that pg_dump reads under, held open until this is disposed of.</summary>
public sealed class PostgresSnapshot : IStoreSnapshot
{
    readonly NpgsqlDataSource _source;
    readonly NpgsqlConnection _connection;
    readonly NpgsqlTransaction _transaction;
    readonly string _connectionString, _snapshot;

    PostgresSnapshot(string name, NpgsqlDataSource source, NpgsqlConnection connection, NpgsqlTransaction transaction, string connectionString, string snapshot) =>
        (Name, _source, _connection, _transaction, _connectionString, _snapshot) = (name, source, connection, transaction, connectionString, snapshot);

    public string Name { get; }
    public PartKind Kind => PartKind.Postgres;

    public static async Task<PostgresSnapshot> Pin(string name, string connectionString, CancellationToken stop)
    {
        var source = PostgresSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        try
        {
            var connection = await source.OpenConnectionAsync(stop);
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, stop);
            await using var export = new NpgsqlCommand("SELECT pg_export_snapshot()", connection, transaction);
            return new PostgresSnapshot(name, source, connection, transaction, connectionString, (string)(await export.ExecuteScalarAsync(stop))!);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    public Task<StoreState> State(CancellationToken stop) => TableRows.StateOf(Name, _connection, _transaction);

    public Task Copy(Action<Stream> take, CancellationToken stop) => PostgresTools.Dump(_connectionString, _snapshot, take, stop);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }
}

using Dapper;
using Microsoft.Data.Sqlite;

namespace FirstRing.Platform.Backup;

/// <summary>A SQLite file at one moment. Its writer is never held up; the write-ahead log grows meanwhile.</summary>
public sealed class SqliteSnapshot : IStoreSnapshot
{
    readonly SqliteConnection _connection;
    readonly string _path;

    SqliteSnapshot(string name, string path, SqliteConnection connection) => (Name, _path, _connection) = (name, path, connection);

    public string Name { get; }
    public PartKind Kind => PartKind.Sqlite;

    public static async Task<SqliteSnapshot> Pin(string name, string path, CancellationToken stop)
    {
        var connection = Connect(path, SqliteOpenMode.ReadWrite);
        await connection.OpenAsync(stop);
        // The first read of a transaction is what pins it.
        await connection.ExecuteAsync("PRAGMA busy_timeout=5000; BEGIN; SELECT COUNT(*) FROM sqlite_master;");
        return new SqliteSnapshot(name, path, connection);
    }

    public Task<StoreState> State(CancellationToken stop) => TableRows.StateOf(Name, _connection, null);

    /// <summary>The copy lies beside the store, on the same encrypted disk, and has no name any more when it is read.</summary>
    public async Task Copy(Action<Stream> take, CancellationToken stop)
    {
        var copy = $"{_path}{Leftover}";
        File.Delete(copy);
        await BackupFolder.New(copy).DisposeAsync();
        FileStream file;
        try
        {
            await using (var target = Connect(copy, SqliteOpenMode.ReadWrite))
            {
                await target.OpenAsync(stop);
                await target.ExecuteAsync("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;");
                _connection.BackupDatabase(target);
            }
            file = new FileStream(copy, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 20);
        }
        finally
        {
            File.Delete(copy);
        }
        await using (file) take(file);
    }

    /// <summary>How the name of a copy ends that a backup left which was killed.</summary>
    public const string Leftover = ".backing-up";

    static SqliteConnection Connect(string path, SqliteOpenMode mode) =>
        new(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ConnectionString);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}

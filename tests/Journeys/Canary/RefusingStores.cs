using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FirstRing.Tests.Journeys.Canary;

/// <summary>Tables that take no row while this lives, whichever store they are in. PostgreSQL writes the refused row into its log.</summary>
internal sealed class RefusingStores : IAsyncDisposable
{
    const string Name = "refused";

    readonly RunningPlatform _platform;
    readonly (string Service, string Table)[] _tables;

    RefusingStores(RunningPlatform platform, (string, string)[] tables) => (_platform, _tables) = (platform, tables);

    public static async Task<RefusingStores> Of(RunningPlatform platform, params (string Service, string Table)[] tables)
    {
        var refusing = new RefusingStores(platform, tables);
        foreach (var (service, table) in tables)
            await refusing.Run(service, platform.Postgres is null
                ? $"CREATE TRIGGER {Name} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'refused'); END"
                : $"ALTER TABLE {table} ADD CONSTRAINT {Name} CHECK (false) NOT VALID");
        return refusing;
    }

    async Task Run(string service, string sql)
    {
        if (_platform.Postgres is null)
        {
            await using var connection = new SqliteConnection($"Data Source={Path.Combine(_platform.Data, "stores", service, "store.db")};Pooling=false;Default Timeout=30");
            await connection.OpenAsync();
            await using var command = new SqliteCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
            return;
        }
        await using var source = NpgsqlDataSource.Create((await PostgresCluster.Shared).ConnectionTo($"firstring_{service}"));
        await using var refuse = source.CreateCommand(sql);
        await refuse.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (service, table) in _tables)
            await Run(service, _platform.Postgres is null ? $"DROP TRIGGER {Name}" : $"ALTER TABLE {table} DROP CONSTRAINT {Name}");
    }
}

using Microsoft.Data.Sqlite;

namespace FirstRing.Tests.Harness.Running;

/// <summary>How many rows every table of every service's SQLite store has: what a request that "writes nothing" must leave alone.</summary>
public static class StoreRows
{
    public static async Task<SortedDictionary<string, long>> Count(string data)
    {
        var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(Path.Combine(data, "stores"), "store.db", SearchOption.AllDirectories))
        {
            await using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=false");
            await connection.OpenAsync();
            var tables = new List<string>();
            await using (var list = new SqliteCommand("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'", connection))
            await using (var reader = await list.ExecuteReaderAsync())
                while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
            foreach (var table in tables)
            {
                await using var count = new SqliteCommand($"SELECT count(*) FROM \"{table}\"", connection);
                rows[$"{Path.GetFileName(Path.GetDirectoryName(file))}.{table}"] = (long)(await count.ExecuteScalarAsync())!;
            }
        }
        return rows;
    }
}

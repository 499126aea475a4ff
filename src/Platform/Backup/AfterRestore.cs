using System.Reflection;
using Dapper;
using FirstRing.Platform.Storage;
using Microsoft.Data.Sqlite;

namespace FirstRing.Platform.Backup;

/// <summary>
/// What a service does to its own store when it comes back from a backup: SQL files embedded below a <c>Restored</c> folder, run in name order in one
/// transaction. <c>$LIFE$</c> is a text that no life of the store had before.
/// </summary>
public static class AfterRestore
{
    public static async Task Run(StoreOptions store, IEnumerable<Assembly> assemblies, string life, CancellationToken stop)
    {
        var files = assemblies.SelectMany(assembly => assembly.GetManifestResourceNames().Where(name => name.Contains(".Restored.", StringComparison.Ordinal))
            .Select(name => (Name: name, Text: TextOf(assembly, name)))).OrderBy(file => file.Name, StringComparer.Ordinal);
        await using var source = store.Dialect == Dialect.Postgres ? PostgresSource.Create(store.ConnectionString) : null;
        await using System.Data.Common.DbConnection connection = source is null
            ? new SqliteConnection(new SqliteConnectionStringBuilder(store.ConnectionString) { Pooling = false }.ConnectionString)
            : source.CreateConnection();
        await connection.OpenAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        foreach (var file in files) await connection.ExecuteAsync(file.Text.Replace("$LIFE$", life, StringComparison.Ordinal), transaction: transaction);
        await transaction.CommitAsync(stop);
    }

    static string TextOf(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

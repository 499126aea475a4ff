using System.Reflection;
using DbUp;
using DbUp.Builder;
using DbUp.Engine.Output;
using DbUp.Postgresql;
using Npgsql;

namespace FirstRing.Platform.Storage;

/// <summary>Numbered schema files embedded in <paramref name="Assembly"/> below a <c>Schema</c> folder.</summary>
public sealed record SchemaSource(Assembly Assembly);

/// <summary>Applies schema files with DbUp, in name order, each once. <c>$BLOB$</c> is the dialect's word for bytes.</summary>
public static class SchemaUpgrade
{
    /// <exception cref="InvalidOperationException">A file failed; its own transaction was rolled back.</exception>
    public static void Run(Dialect dialect, string connectionString, IEnumerable<SchemaSource> sources)
    {
        using var postgres = dialect == Dialect.Postgres ? PostgresSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString) : null;
        UpgradeEngineBuilder builder = postgres is not null
            ? DeployChanges.To.PostgresqlDatabase(new PostgresqlConnectionManager(postgres))
            : DeployChanges.To.SqliteDatabase(connectionString);
        foreach (var source in sources)
            builder = builder.WithScriptsEmbeddedInAssembly(source.Assembly, name => name.Contains(".Schema.", StringComparison.Ordinal));
        using var alone = postgres is null ? null : Alone(postgres);
        var result = builder
            .WithVariable("BLOB", dialect == Dialect.Postgres ? "BYTEA" : "BLOB")
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful) throw new InvalidOperationException("The schema could not be brought up to date.", result.Error);
    }

    // Several nodes of a service may start at once on one database; the lock goes with the connection.
    static NpgsqlConnection Alone(NpgsqlDataSource source)
    {
        var connection = source.OpenConnection();
        try
        {
            using var wait = new NpgsqlCommand("SELECT pg_advisory_lock(7028428)", connection);
            wait.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}

using System.Reflection;
using DbUp;
using DbUp.Builder;
using DbUp.Engine.Output;

namespace FirstRing.Platform.Storage;

/// <summary>Numbered schema files embedded in <paramref name="Assembly"/> below a <c>Schema</c> folder.</summary>
public sealed record SchemaSource(Assembly Assembly);

/// <summary>Applies schema files with DbUp, in name order, each once. <c>$BLOB$</c> is the dialect's word for bytes.</summary>
public static class SchemaUpgrade
{
    /// <exception cref="InvalidOperationException">A file failed; its own transaction was rolled back.</exception>
    public static void Run(Dialect dialect, string connectionString, IEnumerable<SchemaSource> sources)
    {
        UpgradeEngineBuilder builder = dialect == Dialect.Postgres
            ? DeployChanges.To.PostgresqlDatabase(connectionString)
            : DeployChanges.To.SqliteDatabase(connectionString);
        foreach (var source in sources)
            builder = builder.WithScriptsEmbeddedInAssembly(source.Assembly, name => name.Contains(".Schema.", StringComparison.Ordinal));
        var result = builder
            .WithVariable("BLOB", dialect == Dialect.Postgres ? "BYTEA" : "BLOB")
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful) throw new InvalidOperationException("The schema could not be brought up to date.", result.Error);
    }
}

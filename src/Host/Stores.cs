using FirstRing.Platform.Storage;
using Npgsql;

namespace FirstRing.Host;

/// <summary>Where each service's store lies: its own SQLite file, or its own PostgreSQL database under a role of its own.</summary>
internal static class Stores
{
    public static StoreOptions OptionsOf(DataFolder folder, string service, string? postgres)
    {
        if (postgres is null)
            return new StoreOptions(Dialect.Sqlite, $"Data Source={Path.Combine(folder.StoreOf(service), "store.db")}");
        var admin = AdminConnection(postgres);
        return new StoreOptions(Dialect.Postgres, new NpgsqlConnectionStringBuilder(admin.ConnectionString)
        {
            Username = $"firstring_{service}",
            Database = $"firstring_{service}",
            Password = PasswordOf(folder, service),
            MaxPoolSize = 20,
            ApplicationName = $"firstring {service}",
        }.ConnectionString);
    }

    /// <summary>Makes the service's role and database where they are missing. Needs the admin URL's rights; services themselves never have them.</summary>
    public static async Task EnsureDatabase(DataFolder folder, string service, string postgres, CancellationToken stop)
    {
        var name = $"firstring_{service}"; // from the module table: letters only
        await using var source = PostgresSource.Create(AdminConnection(postgres).ConnectionString);
        await using var connection = await source.OpenConnectionAsync(stop);
        var password = PasswordOf(folder, service);
        await Run(connection, $"DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$", stop);
        await Run(connection, $"ALTER ROLE {name} PASSWORD '{password}'", stop); // base64url of our own making: no quote can be in it
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = name } } };
        if (await exists.ExecuteScalarAsync(stop) is null) await Run(connection, $"CREATE DATABASE {name} OWNER {name}", stop);
        await Run(connection, $"REVOKE ALL ON DATABASE {name} FROM PUBLIC", stop);
    }

    /// <summary>Whether the service's database is there. Asked with the admin URL.</summary>
    public static async Task<bool> HasDatabase(string service, string postgres, CancellationToken stop)
    {
        await using var source = PostgresSource.Create(AdminConnection(postgres).ConnectionString);
        await using var command = source.CreateCommand("SELECT 1 FROM pg_database WHERE datname = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = $"firstring_{service}" });
        return await command.ExecuteScalarAsync(stop) is not null;
    }

    /// <summary>Takes a database away that a restore made and could not finish.</summary>
    public static async Task DropDatabase(string service, string postgres, CancellationToken stop)
    {
        await using var source = PostgresSource.Create(AdminConnection(postgres).ConnectionString);
        await using var connection = await source.OpenConnectionAsync(stop);
        await Run(connection, $"DROP DATABASE IF EXISTS firstring_{service} WITH (FORCE)", stop);
    }

    static async Task Run(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }

    static string PasswordOf(DataFolder folder, string service)
    {
        var path = Path.Combine(folder.StoreOf(service), "postgres.password");
        if (!File.Exists(path)) DataFolder.WriteSecret(path, Platform.Ids.Token.New());
        return File.ReadAllText(path);
    }

    // `?sslrootcert=FILE` names the CA of the server's certificate, as libpq spells it; without it the machine's own trust store counts.
    /// <exception cref="ArgumentException">Neither a postgres:// URL nor an Npgsql connection string.</exception>
    static NpgsqlConnectionStringBuilder AdminConnection(string postgres)
    {
        if (!postgres.StartsWith("postgres", StringComparison.Ordinal)) return new NpgsqlConnectionStringBuilder(postgres);
        var url = new Uri(postgres);
        var user = url.UserInfo.Split(':', 2);
        return new NpgsqlConnectionStringBuilder
        {
            Host = url.Host,
            Port = url.Port > 0 ? url.Port : 5432,
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            Database = url.AbsolutePath.Trim('/') is { Length: > 0 } database ? database : "postgres",
            RootCertificate = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(url.Query).TryGetValue("sslrootcert", out var authority) ? authority.ToString() : null,
        };
    }
}

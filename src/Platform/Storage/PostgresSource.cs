#pragma warning disable RS0030 // the one place where connections to PostgreSQL are made
using System.Net;
using System.Security.Authentication;
using Npgsql;

namespace FirstRing.Platform.Storage;

/// <summary>
/// Connections to PostgreSQL, all of them. To another machine: TLS, the server's certificate checked with its name, or no connection. On this machine what the
/// server offers is taken. Where there is TLS it is 1.3.
/// </summary>
public static class PostgresSource
{
    public static NpgsqlDataSource Create(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(Guarded(connectionString));
        builder.UseSslClientAuthenticationOptionsCallback(tls => tls.EnabledSslProtocols = SslProtocols.Tls13);
        return builder.Build();
    }

    /// <summary>The connection string with what another machine must show; whatever it said itself of TLS does not weaken that.</summary>
    public static string Guarded(string connectionString)
    {
        var asked = new NpgsqlConnectionStringBuilder(connectionString);
        if (!(asked.Host ?? "").Split(',').All(IsHere)) asked.SslMode = SslMode.VerifyFull;
        return asked.ConnectionString;
    }

    // A unix socket's folder, or the loopback. A name that merely resolves to it today could resolve elsewhere tomorrow.
    static bool IsHere(string host)
    {
        var name = host.Trim();
        if (name.StartsWith('/') || name.StartsWith('@') || name == "localhost") return true;
        if (IPAddress.TryParse(name.Trim('[', ']'), out var whole)) return IPAddress.IsLoopback(whole);
        return IPAddress.TryParse(name.Split(':')[0], out var address) && IPAddress.IsLoopback(address);
    }
}

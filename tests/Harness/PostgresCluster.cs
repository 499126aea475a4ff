using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace FirstRing.Tests.Harness;

/// <summary>
/// One private PostgreSQL cluster per test process: made at first use in a folder of its own, on a unix socket and a free port of 127.0.0.1, without fsync.
/// A watchdog shell holds it: when this process ends, however it ends, the shell's standard input closes and it stops the server and deletes the folder.
/// </summary>
public sealed class PostgresCluster
{
    static readonly Lazy<Task<PostgresCluster>> Only = new(() => Task.Run(Start));

    readonly NpgsqlDataSource _admin;
    int _databases;

    /// <summary>The process's cluster.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed: a failure, never a skip.</exception>
    public static Task<PostgresCluster> Shared => Only.Value;

    PostgresCluster(string folder, int port, string password)
    {
        (Folder, Port, Password) = (folder, port, password);
        _admin = NpgsqlDataSource.Create(ConnectionTo("postgres"));
    }

    /// <summary>Data, write-ahead log and the server's own log lie below it.</summary>
    public string Folder { get; }
    public int Port { get; }
    string Password { get; }

    /// <summary>The certificate that it shows, and its own CA: for localhost, 127.0.0.1 and this machine's name and addresses.</summary>
    public string Certificate => Path.Combine(Folder, "server.crt");

    /// <summary>As the superuser by TCP, the form that <c>--postgres</c> takes.</summary>
    public string Url => $"postgres://postgres:{Password}@127.0.0.1:{Port}/postgres";

    /// <summary>A fresh, empty database; the connection string of its owner. Never the same twice.</summary>
    public async Task<string> NewDatabase(CancellationToken stop)
    {
        var name = $"t{Interlocked.Increment(ref _databases)}";
        await Admin($"CREATE DATABASE {name}", stop);
        return ConnectionTo(name);
    }

    /// <summary>Takes away what another platform left: a new one's keys do not open it.</summary>
    public static async Task Clear(string url)
    {
        var given = new Uri(url);
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = given.Host, Port = given.Port, Username = "postgres", Password = given.UserInfo.Split(':')[1], Database = "postgres", Pooling = false,
        }.ConnectionString);
        await using var list = source.CreateCommand("SELECT datname FROM pg_database WHERE datname LIKE 'firstring\\_%'");
        var names = new List<string>();
        await using (var reader = await list.ExecuteReaderAsync()) while (await reader.ReadAsync()) names.Add(reader.GetString(0));
        foreach (var name in names)
        {
            await using var drop = source.CreateCommand($"DROP DATABASE \"{name}\" WITH (FORCE)");
            await drop.ExecuteNonQueryAsync();
        }
    }

    /// <summary>Names of the databases that platforms have made in it.</summary>
    public async Task<IReadOnlyList<string>> OfPlatforms()
    {
        var names = new List<string>();
        await using var list = _admin.CreateCommand("SELECT datname FROM pg_database WHERE starts_with(datname, 'firstring_')");
        await using var reader = await list.ExecuteReaderAsync();
        while (await reader.ReadAsync()) names.Add(reader.GetString(0));
        return names;
    }

    public Task Drop(string connectionString, CancellationToken stop) =>
        Admin($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)", stop);

    /// <summary>Ends every connection to a database and takes no new one, until it is allowed again.</summary>
    public async Task Allow(string database, bool allowed, CancellationToken stop)
    {
        await Admin($"ALTER DATABASE {database} ALLOW_CONNECTIONS {allowed}", stop);
        if (!allowed) await Admin($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'", stop);
    }

    /// <summary>Ends every other connection to a database, as a failover or a restart does.</summary>
    public Task Disconnect(string connectionString, CancellationToken stop) =>
        Admin($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{new NpgsqlConnectionStringBuilder(connectionString).Database}'", stop);

    /// <summary>Takes the whole server away, with all that is on disk, until <see cref="GoOn"/>.</summary>
    public void Halt() => As([Path.Combine(Binaries(), "pg_ctl"), "-D", Data, "-w", "-t", "60", "-s", "-m", "fast", "stop"]);

    /// <summary>Starts the server again, at the same port.</summary>
    public void GoOn()
    {
        As(StartOf(Folder, Port));
        _admin.Clear(); // its connections ended with the server that was
    }

    string Data => Path.Combine(Folder, "data");

    static IEnumerable<string> StartOf(string folder, int port) => [Path.Combine(Binaries(), "pg_ctl"), "-D", Path.Combine(folder, "data"), "-w", "-t", "120", "-s", "-l", Path.Combine(folder, "log"), "start", "-o",
        $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c synchronous_commit=off -c full_page_writes=off " +
        $"-c ssl=on -c ssl_cert_file={folder}/server.crt -c ssl_key_file={folder}/server.key -c ssl_min_protocol_version=TLSv1.2 " +
        "-c shared_buffers=32MB -c max_connections=300 -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0"];

    async Task Admin(string sql, CancellationToken stop)
    {
        await using var command = _admin.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>As the superuser, by the socket.</summary>
    public string ConnectionTo(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = Folder,
        Port = Port,
        Username = "postgres",
        Database = database,
        MaxPoolSize = 20,
        Timeout = 60,
        CommandTimeout = 60,
    }.ConnectionString;

    static async Task<PostgresCluster> Start()
    {
        var bin = Binaries();
        var folder = Directory.CreateTempSubdirectory("firstring-pg-").FullName;
        var data = Path.Combine(folder, "data");
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, password);
        PostgresUser.Give(folder);
        PostgresUser.Give(passwordFile);
        OfferTls(folder);
        Watchdog(folder);
        As([Path.Combine(bin, "initdb"), "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
            "--auth-local=trust", "--auth-host=scram-sha-256", $"--pwfile={passwordFile}"]);
        // A free port can be taken by another between our look and the server's bind; then the next one is tried.
        for (var attempt = 1; ; attempt++)
        {
            var port = LocalPort.Free();
            var (status, output) = Try(StartOf(folder, port));
            if (status == 0) return new PostgresCluster(folder, port, password);
            if (attempt == 3) throw new InvalidOperationException($"PostgreSQL did not start: {output}");
        }
    }

    static void OfferTls(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in (string[])["localhost", Dns.GetHostName()]) names.AddDnsName(name);
        foreach (var address in Dns.GetHostAddresses(Dns.GetHostName()).Append(IPAddress.Loopback)) names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(Path.Combine(folder, "server.crt"), made.ExportCertificatePem());
        var path = Path.Combine(folder, "server.key");
        File.WriteAllText(path, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        PostgresUser.Give(path);
    }

    // setsid: the signal that ends a test run by its process group must not reach the shell before it has cleaned up.
    static void Watchdog(string folder) => _held = Process.Start(new ProcessStartInfo("setsid",
        ["sh", "-c", """
            trap '' INT TERM HUP
            cat >/dev/null
            pid=$(head -n 1 "$0/data/postmaster.pid" 2>/dev/null)
            [ -n "$pid" ] && kill -QUIT "$pid"
            while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
            rm -rf "$0"
            """, folder])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true, // a shell that kept ours open would keep whoever reads our output waiting
        RedirectStandardError = true,
        WorkingDirectory = "/",
    });

    static Process? _held; // collected, it would close the pipe

    static void As(IEnumerable<string> words)
    {
        var (status, output) = Try(words);
        if (status != 0) throw new InvalidOperationException($"{words.First()} ended with {status}: {output}");
    }

    static (int Status, string Output) Try(IEnumerable<string> words)
    {
        var all = PostgresUser.Prefix.Concat(words).ToList();
        return SystemCommand.Try(all[0], all.Skip(1));
    }

    static string Binaries() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
                .Where(bin => File.Exists(Path.Combine(bin, "initdb"))).OrderDescending(StringComparer.Ordinal).FirstOrDefault() ?? throw Missing()
            : throw Missing();

    static InvalidOperationException Missing() => new("PostgreSQL is not installed: apt-get install postgresql-15. These tests do not run without it.");
}

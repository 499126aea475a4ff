using System.Net;
using System.Net.Sockets;
using FirstRing.Host;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Npgsql;

namespace FirstRing.Tests.Shapes;

/// <summary>PostgreSQL reached by an address that is not the loopback's: TLS 1.3 and a certificate that is checked, or no connection.</summary>
public sealed class DatabaseOnAnotherMachine
{
    [Fact]
    public async Task Its_certificate_is_checked_and_TLS_is_1_3()
    {
        var cluster = await PostgresCluster.Shared;
        await using var far = new Relay(cluster.Port);
        await using var source = PostgresSource.Create(Url(cluster, far, cluster.Certificate));
        await using var command = source.CreateCommand("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
        Assert.Equal("TLSv1.3", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task An_unknown_certificate_is_refused_whatever_the_connection_string_says()
    {
        var cluster = await PostgresCluster.Shared;
        await using var far = new Relay(cluster.Port);
        foreach (var mode in (SslMode[])[SslMode.Disable, SslMode.Allow, SslMode.Prefer, SslMode.Require])
        {
            var asked = new NpgsqlConnectionStringBuilder(Url(cluster, far, authority: null)) { SslMode = mode };
            await using var source = PostgresSource.Create(asked.ConnectionString);
            await Assert.ThrowsAsync<NpgsqlException>(async () => await source.OpenConnectionAsync());
        }
    }

    [Fact]
    public async Task A_server_that_offers_no_TLS_1_3_is_refused()
    {
        var cluster = await PostgresCluster.Shared;
        await using (var admin = NpgsqlDataSource.Create(Here(cluster)))
        {
            await Set(admin, "ALTER SYSTEM SET ssl_max_protocol_version = 'TLSv1.2'");
            try
            {
                await using var far = new Relay(cluster.Port);
                await using var source = PostgresSource.Create(Url(cluster, far, cluster.Certificate));
                await Assert.ThrowsAsync<NpgsqlException>(async () => await source.OpenConnectionAsync());
            }
            finally
            {
                await Set(admin, "ALTER SYSTEM RESET ssl_max_protocol_version");
            }
        }
    }

    [Theory]
    [InlineData("Host=127.0.0.1", false)]
    [InlineData("Host=localhost;SSL Mode=Disable", false)]
    [InlineData("Host=/run/postgresql", false)]
    [InlineData("Host=::1", false)]
    [InlineData("Host=db.clinic.example;SSL Mode=Disable", true)]
    [InlineData("Host=192.0.2.1", true)]
    [InlineData("Host=127.0.0.1,db.clinic.example", true)]
    [InlineData("Host=localhost.clinic.example", true)]
    public void What_is_not_here_is_checked(string connectionString, bool demanded) =>
        Assert.Equal(demanded, new NpgsqlConnectionStringBuilder(PostgresSource.Guarded(connectionString)).SslMode == SslMode.VerifyFull);

    [Fact]
    public void A_store_of_the_platform_is_asked_for_the_same_way()
    {
        var folder = Directory.CreateTempSubdirectory("firstring-far-").FullName;
        try
        {
            var options = Stores.OptionsOf(new DataFolder(folder, TimeProvider.System), "records", "postgres://a:b@db.clinic.example/postgres?sslrootcert=/etc/ca.pem");
            Assert.Equal("/etc/ca.pem", new NpgsqlConnectionStringBuilder(options.ConnectionString).RootCertificate);
            Assert.Equal(SslMode.VerifyFull, new NpgsqlConnectionStringBuilder(PostgresSource.Guarded(options.ConnectionString)).SslMode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task Set(NpgsqlDataSource admin, string sql)
    {
        await using (var command = admin.CreateCommand(sql)) await command.ExecuteNonQueryAsync();
        await using (var reload = admin.CreateCommand("SELECT pg_reload_conf()")) await reload.ExecuteNonQueryAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(500)); // the postmaster reads it when the signal reaches it
    }

    static string Here(PostgresCluster cluster) =>
        $"Host=127.0.0.1;Port={cluster.Port};Username=postgres;Password={new Uri(cluster.Url).UserInfo.Split(':')[1]};Pooling=false";

    static string Url(PostgresCluster cluster, Relay far, string? authority) =>
        new NpgsqlConnectionStringBuilder(Here(cluster)) { Host = far.End.Address.ToString(), Port = far.End.Port, RootCertificate = authority }.ConnectionString;

    /// <summary>The way from another address of this machine to the cluster.</summary>
    sealed class Relay : IAsyncDisposable
    {
        readonly TcpListener _listener = new(Dns.GetHostAddresses(Dns.GetHostName()).First(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)), 0);
        readonly CancellationTokenSource _stop = new();
        readonly Task _accepting;

        public Relay(int to)
        {
            _listener.Start();
            _accepting = Accept(to);
        }

        public IPEndPoint End => (IPEndPoint)_listener.LocalEndpoint;

        async Task Accept(int to)
        {
            while (!_stop.IsCancellationRequested)
                try { _ = Carry(await _listener.AcceptTcpClientAsync(_stop.Token), to); }
                catch (OperationCanceledException) { return; }
        }

        async Task Carry(TcpClient near, int to)
        {
            using var far = new TcpClient();
            using (near)
                try
                {
                    await far.ConnectAsync(IPAddress.Loopback, to, _stop.Token);
                    await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream(), _stop.Token), far.GetStream().CopyToAsync(near.GetStream(), _stop.Token));
                }
                catch (Exception end) when (end is IOException or SocketException or OperationCanceledException) { }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _accepting;
            _listener.Stop();
            _stop.Dispose();
        }
    }
}

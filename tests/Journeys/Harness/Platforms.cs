using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;
using Npgsql;

[assembly: AssemblyFixture(typeof(Platforms))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace FirstRing.Tests.Journeys.Harness;

/// <summary>The four combinations that every journey has to hold in.</summary>
public enum Shape { OneProcess, Split, OneProcessPostgres, SplitPostgres }

/// <summary>Running platforms that tests share, each started when first asked for; what a test breaks on purpose it starts for itself.</summary>
public sealed class Platforms : IAsyncDisposable
{
    readonly Dictionary<Shape, RunningPlatform> _running = [];

    internal async Task<RunningPlatform> Of(Shape shape)
    {
        // One at a time: an idle one still takes from two cores.
        if (_running.TryGetValue(shape, out var running)) return running;
        foreach (var other in _running.Values) await other.DisposeAsync();
        _running.Clear();
        return _running[shape] = await Start(shape);
    }

    internal async Task<RunningPlatform> Start(Shape shape, string? temporary = null)
    {
        var postgres = shape is Shape.OneProcessPostgres or Shape.SplitPostgres ? await EmptyCluster() : null;
        return await RunningPlatform.Start(split: shape is Shape.Split or Shape.SplitPostgres, postgres, temporary: temporary);
    }

    public async ValueTask DisposeAsync()
    {
        await Browsers.Close();
        foreach (var platform in _running.Values) await platform.DisposeAsync();
    }

    // The services' databases have fixed names, and what an earlier platform sealed in them another can't open.
    static async Task<string> EmptyCluster()
    {
        var cluster = await PostgresCluster.Shared;
        await using var admin = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={cluster.Port};Username=postgres;Password={new Uri(cluster.Url).UserInfo.Split(':')[1]};Pooling=false");
        var names = new List<string>();
        await using (var list = admin.CreateCommand("SELECT datname FROM pg_database WHERE starts_with(datname, 'firstring_')"))
        await using (var reader = await list.ExecuteReaderAsync())
            while (await reader.ReadAsync()) names.Add(reader.GetString(0));
        foreach (var name in names)
        {
            await using var drop = admin.CreateCommand($"DROP DATABASE {name} WITH (FORCE)");
            await drop.ExecuteNonQueryAsync();
        }
        return cluster.Url;
    }
}

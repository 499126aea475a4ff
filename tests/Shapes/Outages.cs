using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;
using Microsoft.Data.Sqlite;

namespace FirstRing.Tests.Shapes;

/// <summary>
/// One thing after the other is taken away in the middle of traffic and given back: whoever asks for PHI is told so soon and by a stable code, the call goes
/// on, what was acknowledged is there, and nobody has to start anything again.
/// </summary>
public sealed class Outages
{
    [Fact]
    public async Task Taken_from_a_fleet_nothing_loses_what_was_acknowledged_or_disturbs_a_call()
    {
        var cluster = await PostgresCluster.Shared;
        await using var platform = await RunningPlatform.Start(split: true, postgres: cluster.Url);
        await using var traffic = await Traffic.Begin(platform);
        var before = await platform.Ps();

        await traffic.Case("PostgreSQL is down", ["write", "thread", "link", "workspace", "book"], Now(cluster.Halt), Now(cluster.GoOn), mayTellSignaling: true);
        foreach (var (store, told) in Stores.Where(each => Slow.All || each.Always))
            await traffic.Case($"the database of {store} refuses", told,
                () => cluster.Allow($"firstring_{store}", false, CancellationToken.None), () => cluster.Allow($"firstring_{store}", true, CancellationToken.None), store == "signaling");
        foreach (var (service, told) in Services.Where(each => Slow.All || each.Always))
            await traffic.Case($"{service} stands still", told, () => RunningPlatform.Signal("STOP", before[service]), () => RunningPlatform.Signal("CONT", before[service]));
        Assert.Equal(before, await platform.Ps()); // none of it made anybody start again

        await traffic.Case("audit is killed", [], () => platform.Kill("audit"), () => Task.CompletedTask);
        // The provider's folder is away, and who still had the keys is gone: nothing of messaging is opened until it is back.
        await traffic.Case("the keys are away and messaging is killed", ["write", "thread"],
            async () =>
            {
                Directory.Move(Keys(platform), Keys(platform) + ".away");
                await platform.Kill("messaging");
            },
            () => Repository.Run("mv", "-T", Keys(platform) + ".away", Keys(platform)));
        await traffic.End();
    }

    [Fact]
    public async Task The_same_of_stores_in_files_and_of_a_token_that_holds_the_keys()
    {
        await using var platform = await RunningPlatform.Start(split: true, more: ["--keys", SoftHsm.Uri]);
        await using var traffic = await Traffic.Begin(platform);
        foreach (var (store, told) in Files.Where(each => Slow.All || each.Always))
        {
            // Another program has begun to write to the file and does not end.
            await using var other = new SqliteConnection($"Data Source={Path.Combine(platform.Data, "stores", store, "store.db")};Pooling=False");
            await traffic.Case($"the file of {store} is locked", told, async () =>
            {
                await other.OpenAsync();
                await new SqliteCommand("BEGIN IMMEDIATE", other).ExecuteNonQueryAsync();
            }, async () => await new SqliteCommand("ROLLBACK", other).ExecuteNonQueryAsync(), store == "signaling");
        }
        await traffic.Case("the token is away and messaging is killed", ["write", "thread"],
            async () =>
            {
                Directory.Move(SoftHsm.Tokens, SoftHsm.Tokens + ".away");
                await platform.Kill("messaging");
            },
            () => Repository.Run("mv", "-T", SoftHsm.Tokens + ".away", SoftHsm.Tokens));
        await traffic.End();
    }

    /// <summary>Whose file is locked, and who of the traffic must be told: who reads PHI leaves a row too.</summary>
    static readonly IReadOnlyList<Taken> Files = [new("messaging", ["write", "thread"], Always: true), new("records", ["workspace"]), new("scheduling", ["book"]), new("audit", [])];

    /// <summary>Whose store or process is taken, and who of the traffic must be told; the others of them with <c>--all</c>.</summary>
    static readonly IReadOnlyList<Taken> Stores =
    [
        new("records", ["workspace"]), new("messaging", ["write", "thread"], Always: true), new("identity", ["link"]), new("scheduling", ["workspace"]),
        new("signaling", ["media"], Always: true), new("audit", [], Always: true), new("witness", []), new("keys", []), new("insights", []),
    ];

    static readonly IReadOnlyList<Taken> Services =
    [
        new("records", ["workspace"], Always: true), new("messaging", ["write", "thread"], Always: true), new("identity", ["link"]), new("audit", [], Always: true), new("keys", [], Always: true),
        new("intake", [], Always: true), new("witness", []), new("insights", []),
    ];

    sealed record Taken(string From, string[] Told, bool Always = false)
    {
        public void Deconstruct(out string from, out string[] told) => (from, told) = (From, Told);
    }

    static string Keys(RunningPlatform platform) => Path.Combine(platform.Data, "keys");

    static Func<Task> Now(Action act) => () =>
    {
        act();
        return Task.CompletedTask;
    };
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Npgsql;
using SignIn = FirstRing.Contracts.Identity.SignIn;

namespace FirstRing.Tests.Identity;

public sealed class LookingIsTheSameWork
{
    [Fact]
    public async Task Any_token_costs_the_same_one_statement()
    {
        await using var clinic = await Clinic.Open(Dialect.Postgres);
        clinic.Act();
        var good = await clinic.Link();
        var expired = await clinic.Link("old", expires: clinic.Now + 5);
        clinic.Store.Clock.Advance(TimeSpan.FromMicroseconds(5));
        using var statements = new Statements(clinic.Store.ConnectionString);

        var forGood = await statements.During(() => clinic.Anyone.LookLink(new LookLink(good), default));
        var forExpired = await statements.During(() => clinic.Anyone.LookLink(new LookLink(expired), default));
        var forUnknown = await statements.During(() => clinic.Anyone.LookLink(new LookLink(Token.New()), default));

        Assert.Single(forGood);
        Assert.StartsWith("SELECT", forGood[0], StringComparison.Ordinal);
        Assert.Equal(forGood, forExpired);
        Assert.Equal(forGood, forUnknown);
    }

    [Fact]
    public async Task A_mail_scanner_leaves_the_files_as_they_were()
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        clinic.Act();
        var token = await clinic.Link();
        string Files() => string.Join(' ', Directory.GetFiles(clinic.Store.Folder.Path, "store.db*").Where(path => !path.EndsWith("-shm", StringComparison.Ordinal)).Order()
            .Select(path =>
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                return Convert.ToHexString(SHA256.HashData(file));
            }));
        var before = Files();

        for (var i = 0; i < 20; i++) await clinic.Anyone.LookLink(new LookLink(i % 2 == 0 ? token : Token.New()), default);

        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task Someone_unknown_costs_the_same_statements_as_a_wrong_password()
    {
        await using var clinic = await Clinic.Open(Dialect.Postgres, demo: true);
        var (email, _, _) = clinic.DemoSignIn();
        await clinic.Anyone.SignIn(new SignIn("first@example.invalid", "x"), default); // keys are made at first use
        using var statements = new Statements(clinic.Store.ConnectionString);

        var forWrong = await statements.During(() => clinic.Anyone.SignIn(new SignIn(email, "wrong"), default));
        var forUnknown = await statements.During(() => clinic.Anyone.SignIn(new SignIn("nobody@example.invalid", "wrong"), default));

        Assert.NotEmpty(forWrong);
        Assert.Equal(forWrong, forUnknown);
    }

    // Wall time would be noise; what the check allocates is not.
    [Fact]
    public void Someone_unknown_costs_the_same_hashing()
    {
        var passwords = new Passwords(1);
        var hash = passwords.Hash("right");
        long Allocated(Func<bool> check)
        {
            check();
            var before = GC.GetAllocatedBytesForCurrentThread();
            check();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.True(passwords.Matches(hash, "right"));
        Assert.False(passwords.Matches(hash, "wrong"));
        Assert.False(passwords.Matches(null, "wrong"));
        Assert.True(Allocated(() => passwords.Matches(hash, "wrong")) > 100);
        Assert.Equal(Allocated(() => passwords.Matches(hash, "wrong")), Allocated(() => passwords.Matches(null, "wrong")));
    }

    /// <summary>Statements that Npgsql sends to one database.</summary>
    sealed class Statements : IDisposable
    {
        readonly ConcurrentQueue<string> _seen = new();
        readonly ActivityListener _listener;

        public Statements(string connectionString)
        {
            var database = new NpgsqlConnectionStringBuilder(connectionString).Database;
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "Npgsql",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity =>
                {
                    var tags = activity.TagObjects.ToDictionary(tag => tag.Key, tag => tag.Value as string);
                    if (tags.GetValueOrDefault("db.namespace") == database && tags.GetValueOrDefault("db.query.text") is { } text) _seen.Enqueue(text);
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public async Task<List<string>> During(Func<Task> work)
        {
            _seen.Clear();
            await work();
            return [.. _seen];
        }

        public void Dispose() => _listener.Dispose();
    }
}

using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.Time.Testing;

namespace FirstRing.Tests.Harness;

/// <summary>How a test's store is opened. <paramref name="Modules"/>: any type of each assembly whose <c>Schema</c> is applied, beside Platform's own.</summary>
public sealed record TestStoreOptions(string Service = "sample", Type[]? Modules = null, Func<string, IReadOnlyList<string>>? ConsumersOf = null,
    TimeProvider? Clock = null, Func<string, IKeyProvider>? Provider = null);

/// <summary>
/// A Platform store on a fresh SQLite folder or a fresh PostgreSQL database, with a key file of its own. The clock stands at 2027-01-04 09:00 UTC until a
/// test moves it, unless the options bring another.
/// </summary>
public sealed class TestStore : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2027, 1, 4, 9, 0, 0, TimeSpan.Zero);

    readonly TestStoreOptions _options;
    readonly List<Store> _opened = [];

    TestStore(Dialect dialect, TestStoreOptions options) => (Dialect, _options) = (dialect, options);

    public Dialect Dialect { get; }
    public FakeTimeProvider Clock { get; } = new(Start);
    public TempFolder Folder { get; } = new();
    public string KeyFile => Folder.At("root.key");
    public string ConnectionString { get; private set; } = "";
    public Store Store { get; private set; } = null!;

    public static async Task<TestStore> Open(Dialect dialect, TestStoreOptions? options = null, CancellationToken stop = default)
    {
        var test = new TestStore(dialect, options ?? new TestStoreOptions());
        try
        {
            KeyFileProvider.EnsureFile(test.KeyFile);
            test.ConnectionString = dialect == Dialect.Postgres
                ? await (await PostgresCluster.Shared).NewDatabase(stop)
                : $"Data Source={test.Folder.At("store.db")}";
            test.Store = await test.OpenAnother(stop);
            return test;
        }
        catch
        {
            await test.DisposeAsync();
            throw;
        }
    }

    /// <summary>One more node on the same database. On SQLite that is only right once the other is closed.</summary>
    public async Task<Store> OpenAnother(CancellationToken stop = default)
    {
        var store = Make(_options.Service);
        _opened.Add(store);
        await store.Open(Schema(), stop);
        return store;
    }

    /// <summary>A store that is not open yet, over the same database and key file.</summary>
    public Store Make(string service) => new(service, new StoreOptions(Dialect, ConnectionString), (_options.Provider ?? (file => new KeyFileProvider(file)))(KeyFile), _options.Clock ?? Clock,
        _options.ConsumersOf ?? (_ => []));

    public IReadOnlyList<SchemaSource> Schema() =>
        [new SchemaSource(typeof(Store).Assembly), .. (_options.Modules ?? []).Select(type => new SchemaSource(type.Assembly))];

    /// <summary>Closes the store and opens it again, as a restart does.</summary>
    public async Task Reopen(CancellationToken stop = default)
    {
        await Close(Store);
        Store = await OpenAnother(stop);
    }

    public async Task Close(Store store)
    {
        _opened.Remove(store);
        await store.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _opened) await store.DisposeAsync();
        if (Dialect == Dialect.Postgres && ConnectionString.Length > 0)
            await (await PostgresCluster.Shared).Drop(ConnectionString, CancellationToken.None);
        if (Dialect == Dialect.Sqlite) Microsoft.Data.Sqlite.SqliteConnection.ClearPool(new Microsoft.Data.Sqlite.SqliteConnection(ConnectionString));
        Folder.Dispose();
    }
}

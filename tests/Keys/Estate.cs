using System.Text;
using FirstRing.Contracts;
using FirstRing.Contracts.Keys;
using FirstRing.Keys;
using FirstRing.Keys.Rounds;
using FirstRing.Keys.Stores;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Tests.Keys;

/// <summary>The keys service beside two services with stores of their own, all on one key provider and one clock.</summary>
internal sealed class Estate : IAsyncDisposable
{
    readonly TempFolder _folder = new();
    readonly List<TestStore> _stores = [];

    public TenantId Tenant { get; } = new(NewId.Random());
    public TestStore North { get; private set; } = null!;
    public TestStore South { get; private set; } = null!;
    public FailingProvider Provider { get; private set; } = null!;
    public ServiceHost Host { get; private set; } = null!;
    public string KeyFile => _folder.At("root.key");
    public IKeysClient Keys => Host.Client<IKeysClient>("keys");
    public KeyRound Round => Host.Services.GetRequiredService<KeyRound>();

    /// <param name="dialect">Of all three stores.</param>
    /// <param name="more">A further store that the keys service is told of and that nobody answers for.</param>
    public static async Task<Estate> Open(Dialect dialect, string? more = null)
    {
        var estate = new Estate();
        KeyFileProvider.EnsureFile(estate.KeyFile);
        var keys = await estate.Store(dialect, "keys", typeof(KeysModule));
        (estate.North, estate.South) = (await estate.Store(dialect, "records"), await estate.Store(dialect, "messaging"));
        var settings = new[] { "keys", "records", "messaging", more }.OfType<string>().Index().ToDictionary(each => $"Stores:{each.Index}", string? (each) => each.Item);
        estate.Host = await ServiceHost.Start(estate.North.Clock,
            new HostedModule("keys", new KeysModule(), keys, settings), new HostedModule("keys", new WithStore(keys, estate.Provider)),
            new HostedModule("records", new WithStore(estate.North), estate.North), new HostedModule("messaging", new WithStore(estate.South), estate.South));
        return estate;
    }

    // One clock for all: that of the first store.
    async Task<TestStore> Store(Dialect dialect, string service, params Type[] modules)
    {
        var store = await TestStore.Open(dialect, new TestStoreOptions(service, modules, Clock: _stores.FirstOrDefault()?.Clock,
            Provider: _ => Provider ??= new FailingProvider(new KeyFileProvider(KeyFile, new Late(() => _stores.FirstOrDefault()?.Clock)))));
        _stores.Add(store);
        return store;
    }

    public void Advance(TimeSpan time) => _stores[0].Clock.Advance(time);

    /// <summary>From here on the test acts as an admin of the clinic.</summary>
    public void Act(string role = "admin", string? tenant = null) => Acting.As(new Caller("web", tenant ?? Tenant.ToString(), "stf_1", role));

    public Task<byte[]> Seal(TestStore store, string text, string? tenant = null) => store.Store.Commit(new Caller("web", tenant ?? Tenant.ToString()), transaction =>
        Task.FromResult(transaction.Seal(transaction.Caller.Tenant!, "sample.content", "row_1", Encoding.UTF8.GetBytes(text))), default);

    public Task<string> Open(TestStore store, byte[] blob, string? tenant = null) => store.Store.Commit(new Caller("web", tenant ?? Tenant.ToString()), transaction =>
        Task.FromResult(Encoding.UTF8.GetString(transaction.Open(transaction.Caller.Tenant!, "sample.content", "row_1", blob))), default);

    public async Task<IEnumerable<int>> Versions() => (await Provider.Versions(Tenant.ToString(), default)).Select(version => version.Version);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        foreach (var store in _stores) await store.DisposeAsync();
        _folder.Dispose();
    }

    sealed class WithStore(TestStore store, IKeyProvider? provider = null) : IModule
    {
        public void Register(ModuleContext context)
        {
            if (provider is not null) context.Services.AddSingleton(provider);
        }

        public void MapContract(ContractRoutes routes) => StoreDuties.Map(routes, store.Store);

        public void MapDoor(IEndpointRouteBuilder routes)
        {
        }
    }

    sealed class Late(Func<TimeProvider?> clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock()?.GetUtcNow() ?? TestStore.Start;
    }
}

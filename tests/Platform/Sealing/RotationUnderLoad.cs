using System.Diagnostics;
using System.Text;
using FirstRing.Platform.Http;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>All tenants' keys rotate again and again while work goes on, with the re-wrapper dying on the way. What it costs is <c>./firstring bench keys</c>'s to say.</summary>
public sealed class RotationUnderLoad
{
    const int Tenants = 20, PerSecond = 40, Rounds = 3;
    static readonly CancellationToken Never = CancellationToken.None;

    [Theory, BothDialects]
    public async Task Nothing_fails_while_every_key_rotates(Dialect dialect)
    {
        await using var test = await TestStore.Open(dialect, new TestStoreOptions("sample", [typeof(Sample)], Clock: TimeProvider.System));
        using var provider = new KeyFileProvider(test.KeyFile);
        var tenants = Enumerable.Range(0, Tenants).Select(number => $"ten_{number}").ToList();
        var blobs = new List<byte[]>();
        foreach (var tenant in tenants) blobs.Add(await Work(test.Store, tenant, null));

        var rotating = Task.Run(() => Rotate(test.Store, provider, tenants));
        var begin = Stopwatch.GetTimestamp();
        var work = new List<Task>();
        for (var number = 0; !rotating.IsCompleted || number < PerSecond; number++)
        {
            // Open loop: what is due is begun, whether what came before it has ended or not.
            var wait = TimeSpan.FromSeconds((double)number / PerSecond) - Stopwatch.GetElapsedTime(begin);
            if (wait > TimeSpan.Zero) await Task.Delay(wait);
            var (tenant, blob) = (tenants[number % Tenants], blobs[number % Tenants]);
            if (number % 31 == 0) test.Store.ForgetKeys(tenant); // the next of it meets the provider in the middle of a rotation
            work.Add(Task.Run(() => Work(test.Store, tenant, blob)));
        }
        await Task.WhenAll(work); // 0 failed
        await rotating;

        while (await Left(test.Store.Rewrap(tenants, 1000, Never)) > 0) { }
        foreach (var (tenant, blob) in tenants.Zip(blobs))
        {
            var versions = await provider.Versions(tenant, Never);
            Assert.All(await test.Store.KeysOf(tenant, Never), key => Assert.Equal((versions[^1].Version, versions[^1].Version), ((int)key.KekVersion, WrappedKey.VersionOf(key.Wrapped))));
            foreach (var old in versions.SkipLast(1)) await provider.Retire(tenant, old.Version, Never);
        }
        await test.Reopen();
        foreach (var (tenant, blob) in tenants.Zip(blobs)) await Work(test.Store, tenant, blob);
    }

    static async Task Rotate(Store store, KeyFileProvider provider, IReadOnlyList<string> tenants)
    {
        for (var round = 1; round <= Rounds; round++)
        {
            foreach (var tenant in tenants) await provider.Rotate(tenant, round, Never);
            await store.Rewrap(tenants, 7, Never); // dies here, as far as it got
            while (await Left(store.Rewrap(tenants, 1000, Never)) > 0) { }
            foreach (var tenant in tenants.Where((_, place) => place % 3 == round % 3)) await store.RenewContentKey(tenant, (await store.KeysOf(tenant, Never))[^1].KeyEpoch);
            // Retired as soon as nothing lies under it: what the keys service waits weeks for.
            if (round > 1)
                foreach (var tenant in tenants)
                    if ((await store.KeysOf(tenant, Never)).All(key => key.KekVersion > round - 1)) await provider.Retire(tenant, round - 1, Never);
        }
    }

    static async Task<long> Left(Task<IReadOnlyDictionary<string, long>> rewrapped) => (await rewrapped).Values.Sum();

    static Task<byte[]> Work(Store store, string tenant, byte[]? blob) => store.Commit(new Caller("sample", tenant), transaction =>
    {
        if (blob is not null) Assert.Equal(tenant, Encoding.UTF8.GetString(transaction.Open(tenant, "sample.content", "row_1", blob)));
        transaction.Audit("look", tenant);
        return Task.FromResult(transaction.Seal(tenant, "sample.content", "row_1", Encoding.UTF8.GetBytes(tenant)));
    }, Never);
}

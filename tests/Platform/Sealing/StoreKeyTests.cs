using System.Security.Cryptography;
using System.Text;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>The keys of a store over time: how long they are held, when they are followed by others, what happens when the provider fails.</summary>
public sealed class StoreKeyTests
{
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly Caller Other = new("sample", "ten_2", "stf_2", "clinician");

    [Theory, BothDialects]
    public async Task A_busy_tenant_asks_the_provider_for_less_than_one_in_a_thousand_operations(Dialect dialect)
    {
        var (test, provider) = await Open(dialect);
        await using var _ = test;
        var blob = await Seal(test.Store);
        var before = provider.Unwrapped;
        for (var i = 0; i < 2000; i++) await Open(test.Store, blob);
        Assert.Equal(before, provider.Unwrapped);
    }

    [Fact]
    public async Task A_key_that_nobody_needs_is_let_go_after_five_minutes()
    {
        var (test, provider) = await Open(Dialect.Sqlite);
        await using var _ = test;
        var blob = await Seal(test.Store);
        var before = provider.Unwrapped;
        test.Clock.Advance(TimeSpan.FromMinutes(4));
        await Open(test.Store, blob);
        Assert.Equal(before, provider.Unwrapped);
        test.Clock.Advance(StoreKeys.Idle);
        Assert.False(test.Store.Keys.Has("ten_1", StoreKeys.ContentPurpose));
        Assert.Equal("secret", await Open(test.Store, blob));
        Assert.True(provider.Unwrapped > before);
    }

    [Theory, BothDialects]
    public async Task A_key_that_sealed_two_to_the_31_values_is_followed_by_the_next_and_still_opens_its_own(Dialect dialect)
    {
        var (test, _) = await Open(dialect);
        await using var __ = test;
        var first = await Seal(test.Store);
        await test.Reopen();
        Assert.Equal(1, await test.Store.Count("sealing_keys", "tenant = 'ten_1' AND sealed = 1"));
        await test.Store.Commit(Other, transaction => transaction.Execute("UPDATE sealing_keys SET sealed = @almost WHERE tenant = 'ten_1'", new { almost = StoreKeys.MostSealed - 1 }), Never);
        var last = await Seal(test.Store);
        await test.Reopen();
        var next = await Seal(test.Store);
        Assert.Equal([1L, 2L], (await test.Store.KeysOf("ten_1", Never)).Select(key => key.KeyEpoch));
        Assert.Equal(KeyId(first), KeyId(last));
        Assert.NotEqual(KeyId(first), KeyId(next));
        foreach (var blob in (byte[][])[first, last, next]) Assert.Equal("secret", await Open(test.Store, blob));
    }

    [Theory, BothDialects]
    public async Task What_another_process_sealed_under_a_newer_key_opens_here_at_once(Dialect dialect)
    {
        var (test, _) = await Open(dialect);
        await using var __ = test;
        var before = await Seal(test.Store);
        var other = await test.OpenAnother();
        Assert.Equal("secret", await Open(other, before));
        await other.RenewContentKey("ten_1", 1);
        await other.RenewContentKey("ten_1", 1); // it has begun
        var after = await Seal(other);
        Assert.NotEqual(KeyId(before), KeyId(after));
        Assert.Equal("secret", await Open(test.Store, after));
        Assert.Equal(KeyId(after), KeyId(await Seal(test.Store)));
        Assert.Equal(2, await test.Store.Count("sealing_keys", "tenant = 'ten_1'"));
    }

    [Theory, BothDialects]
    public async Task One_transaction_seals_for_many_tenants_told_before_or_not(Dialect dialect)
    {
        var (test, _) = await Open(dialect);
        await using var __ = test;
        await test.Store.KeysFor(["ten_3", "ten_4"], Never);
        await test.Store.Commit(Sample.Clinic, transaction =>
        {
            foreach (var tenant in (string[])["ten_1", "ten_2", "ten_3", "ten_4", "ten_5"])
                Assert.Equal("secret", Encoding.UTF8.GetString(transaction.Open(tenant, "sample.content", "row_1", transaction.Seal(tenant, "sample.content", "row_1", "secret"u8))));
            return transaction.Insert("once");
        }, Never);
        Assert.Equal(1, await test.Store.Count("sample"));
    }

    [Theory, BothDialects]
    public async Task Keys_of_a_folder_from_before_versions_open_and_are_wrapped_anew(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        var blob = await Seal(test.Store);
        var root = await File.ReadAllBytesAsync(test.KeyFile);
        foreach (var (tenant, purpose) in ((string, string)[])[("ten_1", StoreKeys.ContentPurpose), ("system", StoreKeys.AuditPurpose)])
        {
            var row = (await test.Store.KeysOf(tenant, Never)).Single(row => row.Purpose == purpose);
            using var provider = new KeyFileProvider(test.KeyFile);
            var dek = await provider.Unwrap(tenant, SealedBlob.Place(tenant, "sample", purpose, row.KeyId), row.Wrapped, Never);
            await test.Store.Commit(Other, transaction => transaction.Execute("UPDATE sealing_keys SET wrapped = @old, kek_version = 0 WHERE key_id = @KeyId", new { old = OldForm(root, tenant, dek), row.KeyId }), Never);
        }
        Directory.Delete(test.Folder.At("tenants", "ten_1"), recursive: true);
        await test.Reopen();
        Assert.Equal("secret", await Open(test.Store, blob));
        Assert.Equal(0, await test.Store.Count("sealing_keys", "kek_version = 0"));
        await test.Reopen();
        Assert.Equal("secret", await Open(test.Store, blob));
        Assert.All(await test.Store.KeysOf("ten_1", Never), row => Assert.Equal(row.KekVersion, WrappedKey.VersionOf(row.Wrapped)));
    }

    [Theory]
    [InlineData(ProviderFault.Refuses)]
    [InlineData(ProviderFault.Silent)]
    public async Task In_an_outage_tenants_at_hand_go_on_others_are_refused_and_it_ends_by_itself(ProviderFault fault)
    {
        var (test, provider) = await Open(Dialect.Sqlite);
        await using var _ = test;
        var blob = await Seal(test.Store);
        provider.Fault = fault;
        for (var second = 0; second <= 600; second += 30)
        {
            Assert.Equal("secret", await Open(test.Store, await Seal(test.Store)));
            Assert.Equal("secret", await Open(test.Store, blob));
            test.Clock.Advance(TimeSpan.FromSeconds(30));
        }
        await Advancing(test, Assert.ThrowsAsync<KeysUnavailable>(() => Seal(test.Store, Other)));
        Assert.Equal(0, await test.Store.Count("sealing_keys", "tenant = 'ten_2'"));
        // Work that needs no key is not held up.
        Assert.Equal(1, await Advancing(test, test.Store.Commit(Other, transaction => transaction.Insert("unsealed"), Never)));

        provider.Fault = ProviderFault.None;
        test.Clock.Advance(TimeSpan.FromSeconds(5));
        await Eventually.True("the provider is asked again", async () =>
        {
            test.Clock.Advance(TimeSpan.FromSeconds(1)); // and stands still while a key is made, which takes what the disk takes
            try { return (await Seal(test.Store, Other)).Length > 0; }
            catch (KeysUnavailable) { return false; }
        });
        Assert.Equal("secret", await Open(test.Store, blob));
    }

    [Fact]
    public async Task An_outage_outlasts_no_visit()
    {
        var (test, provider) = await Open(Dialect.Sqlite);
        await using var _ = test;
        await Seal(test.Store);
        provider.Fault = ProviderFault.Refuses;
        for (var minute = 0; minute < StoreKeys.Longest.TotalMinutes - 2; minute += 4)
        {
            await Seal(test.Store);
            test.Clock.Advance(TimeSpan.FromMinutes(4));
        }
        test.Clock.Advance(TimeSpan.FromMinutes(4));
        await Assert.ThrowsAsync<KeysUnavailable>(() => Seal(test.Store));
    }

    [Theory]
    [InlineData(ProviderFault.CorruptKey)]
    [InlineData(ProviderFault.WrongKey)]
    public async Task A_key_that_does_not_unwrap_opens_nothing_and_nothing_is_stored_in_clear(ProviderFault fault)
    {
        var (test, provider) = await Open(Dialect.Sqlite);
        await using var _ = test;
        var blob = await Seal(test.Store);
        test.Store.ForgetKeys("ten_1");
        provider.Fault = fault;
        await Assert.ThrowsAnyAsync<CryptographicException>(() => Open(test.Store, blob));
        provider.Fault = ProviderFault.None;
        test.Store.ForgetKeys("ten_1");
        Assert.Equal("secret", await Open(test.Store, blob));
    }

    [Fact]
    public async Task A_tenant_whose_keys_are_destroyed_is_refused_within_five_minutes_even_where_it_is_busy()
    {
        var (test, provider) = await Open(Dialect.Sqlite);
        await using var _ = test;
        await Seal(test.Store);
        await provider.Inner.Destroy("ten_1", Never);
        test.Clock.Advance(StoreKeys.Fresh - TimeSpan.FromSeconds(1));
        await Seal(test.Store);
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.True("the refusal", async () => { try { return (await Seal(test.Store)).Length == 0; } catch (KeysDestroyed) { return true; } });
    }

    [Fact]
    public async Task Nonces_do_not_repeat_over_threads_and_processes()
    {
        var (test, _) = await Open(Dialect.Sqlite);
        await using var __ = test;
        var other = await test.OpenAnother();
        var nonces = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => (number % 2 == 0 ? test.Store : other).Commit(Sample.Clinic, transaction =>
            Task.FromResult(Enumerable.Range(0, 5_000).Select(_ => Convert.ToHexString(transaction.Seal("ten_1", "sample.content", "row_1", "x"u8).AsSpan(SealedBlob.HeaderSize, SealedBlob.NonceSize))).ToList()), Never))));
        Assert.Equal(40_000, nonces.SelectMany(each => each).Distinct().Count());
    }

    static async Task<(TestStore, FailingProvider)> Open(Dialect dialect)
    {
        FailingProvider? provider = null;
        var test = await TestStore.Open(dialect, new TestStoreOptions("sample", [typeof(Sample)], Provider: file => provider ??= new FailingProvider(new KeyFileProvider(file))));
        return (test, provider!);
    }

    static Task<byte[]> Seal(Store store, Caller? caller = null) =>
        store.Commit(caller ?? Sample.Clinic, transaction => Task.FromResult(transaction.Seal(transaction.Caller.Tenant!, "sample.content", "row_1", "secret"u8)), Never);

    static Task<string> Open(Store store, byte[] blob) =>
        store.Commit(Sample.Clinic, transaction => Task.FromResult(Encoding.UTF8.GetString(transaction.Open("ten_1", "sample.content", "row_1", blob))), Never);

    static Guid KeyId(byte[] blob) => SealedBlob.TryReadKeyId(blob, out var id) ? id : Guid.Empty;

    static byte[] OldForm(byte[] root, string tenant, byte[] dek)
    {
        var nonce = RandomNumberGenerator.GetBytes(12);
        var (body, tag) = (new byte[32], new byte[16]);
        using var aes = new AesGcm(HKDF.DeriveKey(HashAlgorithmName.SHA256, root, 32, info: Encoding.UTF8.GetBytes($"firstring tenant kek {tenant}")), 16);
        aes.Encrypt(nonce, dek, body, tag, Encoding.UTF8.GetBytes(tenant));
        return [.. nonce, .. body, .. tag];
    }

    // What waits on the test's clock goes on as the clock does.
    static async Task<T> Advancing<T>(TestStore test, Task<T> task)
    {
        while (!task.IsCompleted)
        {
            test.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(task, Task.Run(() => { }));
        }
        return await task;
    }
}

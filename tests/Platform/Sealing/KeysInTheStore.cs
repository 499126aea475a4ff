using System.Security.Cryptography;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>What a store does with its wrapped keys: when the keys service asks, when one comes too late, when one is not there.</summary>
public sealed class KeysInTheStore
{
    static readonly CancellationToken Never = CancellationToken.None;

    [Theory, BothDialects]
    public async Task Keys_are_wrapped_anew_a_few_at_a_time_and_what_is_left_is_said_of_each_tenant(Dialect dialect)
    {
        var (test, provider) = await Open(dialect);
        await using var _ = test;
        foreach (var tenant in (string[])["ten_1", "ten_2"])
        {
            await Seal(test.Store, tenant);
            await test.Store.RenewContentKey(tenant, 1);
            await provider.Rotate(tenant, 1, Never);
        }
        Assert.Equal(["system", "ten_1", "ten_2"], await test.Store.TenantsWithKeys(Never));
        await Rewrapped(3, ("ten_1", 0), ("ten_2", 1)); // in the order that they were named
        await Rewrapped(3, ("ten_1", 0), ("ten_2", 0));
        var wrapped = provider.Wrapped;
        await Rewrapped(3, ("ten_1", 0), ("ten_2", 0));
        Assert.Equal(wrapped, provider.Wrapped); // there was nothing to do

        await provider.Rotate("ten_1", 2, Never);
        await Rewrapped(1, ("ten_1", 1), ("ten_2", 0));
        await Rewrapped(0, ("ten_1", 1), ("ten_2", 0));

        async Task Rewrapped(int most, params (string, long)[] left) =>
            Assert.Equal(left, (await test.Store.Rewrap(["ten_1", "ten_2", "ten_none"], most, Never)).Select(each => (each.Key, each.Value)).Order());
    }

    [Fact]
    public async Task Of_a_destroyed_tenant_nothing_is_wrapped_and_the_others_are()
    {
        var (test, provider) = await Open(Dialect.Sqlite);
        await using var _ = test;
        await Seal(test.Store, "ten_1");
        await Seal(test.Store, "ten_2");
        await provider.Destroy("ten_1", Never);
        await provider.Rotate("ten_2", 1, Never);
        Assert.Equal(new Dictionary<string, long> { ["ten_2"] = 0 }, await test.Store.Rewrap(["ten_1", "ten_2"], 10, Never));
    }

    [Fact]
    public async Task A_broken_key_stays_and_stays_counted_while_the_others_are_wrapped_anew()
    {
        var (test, provider) = await Open(Dialect.Sqlite);
        await using var _ = test;
        await Seal(test.Store, "ten_1");
        await test.Store.RenewContentKey("ten_1", 1);
        await Sql(test.Store, "UPDATE sealing_keys SET wrapped = zeroblob(67) WHERE tenant = 'ten_1' AND key_epoch = 1");
        await provider.Rotate("ten_1", 1, Never);
        Assert.Equal(1, (await test.Store.Rewrap(["ten_1"], 10, Never))["ten_1"]);
        Assert.Equal([1L, 2L], (await test.Store.KeysOf("ten_1", Never)).Select(key => key.KekVersion));
    }

    [Theory, BothDialects]
    public async Task The_next_key_begins_after_the_newest_and_only_where_there_is_one(Dialect dialect)
    {
        var (test, _) = await Open(dialect);
        await using var __ = test;
        await test.Store.RenewContentKey("ten_1", 1);
        Assert.Empty(await test.Store.KeysOf("ten_1", Never)); // it seals nothing yet
        await Seal(test.Store, "ten_1");
        foreach (var from in (long[])[0, 2, 1, 1]) await test.Store.RenewContentKey("ten_1", from);
        Assert.Equal([1L, 2L], (await test.Store.KeysOf("ten_1", Never)).Select(key => key.KeyEpoch));
        // And seals from that moment on.
        var blob = await Seal(test.Store, "ten_1");
        Assert.Equal((await test.Store.KeysOf("ten_1", Never))[^1].Id, SealedBlob.TryReadKeyId(blob, out var id) ? id : default);
    }

    [Fact]
    public async Task A_key_lies_in_the_store_under_the_place_and_version_that_it_was_wrapped_for()
    {
        var (test, provider) = await Open(Dialect.Sqlite);
        await using var _ = test;
        await provider.Rotate("ten_1", 0, Never);
        await provider.Rotate("ten_1", 1, Never);
        await Seal(test.Store, "ten_1");
        var row = Assert.Single(await test.Store.KeysOf("ten_1", Never));
        Assert.Equal(("ten_1", StoreKeys.ContentPurpose, 1L, 2L, test.Clock.Microseconds()), (row.Tenant, row.Purpose, row.KeyEpoch, row.KekVersion, row.CreatedAt));
        Assert.Equal(32, (await provider.Unwrap("ten_1", SealedBlob.Place("ten_1", "sample", StoreKeys.ContentPurpose, row.KeyId), row.Wrapped, Never)).Length);
        await Assert.ThrowsAnyAsync<CryptographicException>(() => provider.Unwrap("ten_1", SealedBlob.Place("ten_1", "sample", StoreKeys.AuditPurpose, row.KeyId), row.Wrapped, Never));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_key_that_takes_longer_than_half_a_minute_to_the_store_does_not_come_into_it(int more, bool isTaken)
    {
        var clock = new Leaping();
        FailingProvider? provider = null;
        await using var test = await TestStore.Open(Dialect.Sqlite, new TestStoreOptions("sample", [typeof(Sample)], Clock: clock, Provider: file => provider ??= new FailingProvider(new KeyFileProvider(file))));
        void Leap() => clock.Leaped += (StoreKeys.WrappedWithin + TimeSpan.FromTicks(more)).Ticks;
        provider!.AfterWrap = Leap;
        if (isTaken) await Seal(test.Store, "ten_1");
        else await Assert.ThrowsAsync<TimeoutException>(() => test.Store.Keys.Make("ten_1", StoreKeys.ContentPurpose, 1));
        provider.AfterWrap = null;
        Assert.Equal(isTaken ? 1 : 0, await test.Store.Count("sealing_keys", "tenant = 'ten_1'"));

        await Seal(test.Store, "ten_1");
        await provider.Rotate("ten_1", 1, Never);
        provider.AfterWrap = Leap;
        if (isTaken) Assert.Equal(0, (await test.Store.Rewrap(["ten_1"], 10, Never))["ten_1"]);
        else await Assert.ThrowsAsync<TimeoutException>(() => test.Store.Rewrap(["ten_1"], 10, Never));
        Assert.Equal(isTaken ? 0 : 1, await test.Store.Count("sealing_keys", "tenant = 'ten_1' AND kek_version = 1"));
    }

    // Its time moves on between two looks without any timer's coming due, as when all of a machine stood still.
    sealed class Leaping : TimeProvider
    {
        readonly FakeTimeProvider _clock = new(TestStore.Start);
        public long Leaped { get; set; }
        public override long TimestampFrequency => _clock.TimestampFrequency;
        public override long GetTimestamp() => _clock.GetTimestamp() + Leaped;
        public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _clock.CreateTimer(callback, state, dueTime, period);
    }

    [Fact]
    public async Task A_value_whose_key_was_never_there_is_refused_and_asked_after_once()
    {
        var (test, provider) = await Open(Dialect.Sqlite);
        await using var _ = test;
        await Seal(test.Store, "ten_1");
        var foreign = SealedBlob.Seal([1], Guid.NewGuid(), new byte[32], []);
        Assert.Contains("not in the store", (await Assert.ThrowsAsync<CryptographicException>(() => Look(test.Store, foreign))).Message, StringComparison.Ordinal);
        var before = provider.Unwrapped;
        await Assert.ThrowsAsync<CryptographicException>(() => Look(test.Store, foreign));
        Assert.Equal(before, provider.Unwrapped);
        Assert.Contains("Not a sealed value", (await Assert.ThrowsAsync<CryptographicException>(() => Look(test.Store, [1, 2, 3]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_destroyed_is_said_to_be_and_not_asked_after_again()
    {
        var (test, provider) = await Open(Dialect.Sqlite);
        await using var _ = test;
        var blob = await Seal(test.Store, "ten_1");
        await provider.Destroy("ten_1", Never);
        test.Store.ForgetKeys("ten_1");
        await Assert.ThrowsAsync<KeysDestroyed>(() => Look(test.Store, blob));
        await Assert.ThrowsAsync<KeysDestroyed>(() => Seal(test.Store, "ten_1"));
        await Seal(test.Store, "ten_2"); // and of nobody else
    }

    [Fact]
    public async Task To_forget_a_tenants_keys_forgets_no_others()
    {
        var (test, _) = await Open(Dialect.Sqlite);
        await using var __ = test;
        await Seal(test.Store, "ten_1");
        await Seal(test.Store, "ten_2");
        test.Store.ForgetKeys("ten_1");
        Assert.False(test.Store.Keys.Has("ten_1", StoreKeys.ContentPurpose));
        Assert.True(test.Store.Keys.Has("ten_2", StoreKeys.ContentPurpose));
        Assert.True(test.Store.Keys.Has("system", StoreKeys.AuditPurpose));
    }

    [Theory, BothDialects]
    public async Task Each_value_that_was_sealed_is_counted_whatever_became_of_its_key_meanwhile(Dialect dialect)
    {
        var (test, _) = await Open(dialect);
        await using var __ = test;
        for (var value = 0; value < 3; value++) await Seal(test.Store, "ten_1");
        test.Store.ForgetKeys("ten_1");
        await Seal(test.Store, "ten_1");
        await Seal(test.Store, "ten_2");
        // A count that cannot be written is not lost.
        await Sql(test.Store, "ALTER TABLE sealing_keys RENAME TO away");
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => test.Store.Keys.CountSealed());
        await Sql(test.Store, "ALTER TABLE away RENAME TO sealing_keys");
        await test.Store.Keys.CountSealed();
        await test.Store.Keys.CountSealed();
        Assert.Equal([4L], (await test.Store.KeysOf("ten_1", Never)).Select(key => key.Sealed));
        Assert.Equal([1L], (await test.Store.KeysOf("ten_2", Never)).Select(key => key.Sealed));
    }

    [Fact]
    public async Task Keys_that_nobody_needs_any_more_do_not_stay_in_memory()
    {
        var (test, provider) = await Open(Dialect.Sqlite);
        await using var _ = test;
        await Seal(test.Store, "ten_1");
        test.Clock.Advance(StoreKeys.Idle + TimeSpan.FromMinutes(1)); // the sweep comes once a minute
        provider.Fault = ProviderFault.Refuses;
        await test.Store.Keys.CountSealed();
        Assert.Equal(1, await test.Store.Count("sealing_keys", "tenant = 'ten_1' AND sealed = 1"));
        await Assert.ThrowsAsync<KeysUnavailable>(() => Seal(test.Store, "ten_1"));
    }

    static async Task<(TestStore, FailingProvider)> Open(Dialect dialect)
    {
        FailingProvider? provider = null;
        var test = await TestStore.Open(dialect, new TestStoreOptions("sample", [typeof(Sample)], Provider: file => provider ??= new FailingProvider(new KeyFileProvider(file))));
        return (test, provider!);
    }

    static Task<byte[]> Seal(Store store, string tenant) =>
        store.Commit(new Caller("sample", tenant), transaction => Task.FromResult(transaction.Seal(tenant, "sample.content", "row_1", "secret"u8)), Never);

    static Task<byte[]> Look(Store store, byte[] blob) =>
        store.Commit(Sample.Clinic, transaction => Task.FromResult(transaction.Open("ten_1", "sample.content", "row_1", blob)), Never);

    static Task<int> Sql(Store store, string statement) => store.RunUnkeyed(transaction => transaction.Execute(statement));
}

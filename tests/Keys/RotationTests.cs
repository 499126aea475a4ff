using FirstRing.Contracts.Keys;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Keys;

public sealed class RotationTests
{
    [Theory, BothDialects]
    public async Task Rotating_wraps_every_stores_keys_anew_and_retires_the_old_version_when_backups_no_longer_need_it(Dialect dialect)
    {
        await using var estate = await Estate.Open(dialect);
        var (north, south) = (await estate.Seal(estate.North, "a"), await estate.Seal(estate.South, "b"));
        estate.Act();
        Assert.Null((await estate.Keys.RotateKeys(new RotateKeys("k1", estate.Tenant), default)).Refused);
        Assert.Null((await estate.Keys.RotateKeys(new RotateKeys("k1", estate.Tenant), default)).Refused); // the same request
        Assert.Equal([1, 2], await estate.Versions());

        Assert.Equal(0, await estate.Round.Run(default));
        foreach (var store in (TestStore[])[estate.North, estate.South])
        {
            var keys = await store.Store.KeysOf(estate.Tenant.ToString(), default);
            Assert.Equal([1L, 2L], keys.Select(key => key.KeyEpoch));
            Assert.All(keys, key => Assert.Equal((2, 2), ((int)key.KekVersion, WrappedKey.VersionOf(key.Wrapped))));
        }
        Assert.Equal([1, 2], await estate.Versions()); // a backup from before needs it still

        estate.Advance(TimeSpan.FromDays(36));
        Assert.Equal(0, await estate.Round.Run(default));
        Assert.Equal([2], await estate.Versions());
        Assert.Equal("a", await estate.Open(estate.North, north));
        Assert.Equal("b", await estate.Open(estate.South, south));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_keeps_the_old_version_alive()
    {
        await using var estate = await Estate.Open(Dialect.Sqlite, more: "insights");
        await estate.Seal(estate.North, "a");
        estate.Act();
        await estate.Keys.RotateKeys(new RotateKeys("k1", estate.Tenant), default);
        estate.Advance(TimeSpan.FromDays(40));
        Assert.Equal(-1, await estate.Round.Run(default));
        Assert.Equal([1, 2], await estate.Versions());
        Assert.Equal(["insights"], (await estate.Keys.ListKeys(new ListKeys(estate.Tenant), default)).Value!.Silent);
    }

    [Fact]
    public async Task A_key_that_lies_under_the_old_version_keeps_it_alive_whatever_it_is()
    {
        await using var estate = await Estate.Open(Dialect.Sqlite);
        await estate.Seal(estate.North, "a");
        await estate.Provider.Rotate(estate.Tenant.ToString(), 1, default);
        // Broken beyond re-wrapping: it stays under version 1, and is counted by version.
        await estate.North.Store.Commit(Platform.Http.Caller.System("records"), transaction =>
            transaction.Execute("UPDATE sealing_keys SET wrapped = @junk WHERE tenant = @tenant", new { junk = new byte[WrappedKey.Size], tenant = estate.Tenant.ToString() }), default);
        estate.Advance(TimeSpan.FromDays(40));
        Assert.Equal(1, await estate.Round.Run(default));
        Assert.Equal([1, 2], await estate.Versions());
    }

    [Theory, BothDialects]
    public async Task A_round_that_dies_in_the_middle_is_finished_by_the_next(Dialect dialect)
    {
        await using var estate = await Estate.Open(dialect);
        var tenants = Enumerable.Range(0, 12).Select(number => $"ten_{number}").ToList();
        var blobs = new List<byte[]>();
        foreach (var tenant in tenants)
        {
            blobs.Add(await estate.Seal(estate.North, tenant, tenant));
            await estate.Seal(estate.South, tenant, tenant);
            await estate.Provider.Rotate(tenant, 1, default);
        }
        await estate.North.Store.Rewrap(tenants, 5, default); // as far as it got
        Assert.Equal(7, await Older(estate.North));
        estate.Provider.Fault = ProviderFault.Refuses;
        await Assert.ThrowsAnyAsync<KeysUnavailable>(() => estate.Round.Run(default));
        Assert.Equal(7, await Older(estate.North));

        estate.Provider.Fault = ProviderFault.None;
        estate.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, await estate.Round.Run(default));
        Assert.Equal(0, await Older(estate.North));
        Assert.Equal(0, await Older(estate.South));
        foreach (var (tenant, blob) in tenants.Zip(blobs)) Assert.Equal(tenant, await estate.Open(estate.North, blob, tenant));

        Task<long> Older(TestStore store) => store.Store.ReadOne<long>("SELECT COUNT(*) FROM sealing_keys WHERE kek_version < 2 AND tenant LIKE 'ten!_%' ESCAPE '!'", null, default);
    }

    [Fact]
    public async Task A_clinics_key_rotates_by_itself_after_ninety_days()
    {
        await using var estate = await Estate.Open(Dialect.Sqlite);
        var blob = await estate.Seal(estate.North, "a");
        estate.Advance(TimeSpan.FromDays(89));
        await estate.Round.Run(default);
        Assert.Equal([1], await estate.Versions());
        estate.Advance(TimeSpan.FromDays(2));
        await estate.Round.Run(default);
        Assert.Equal([1, 2], await estate.Versions());
        Assert.Equal("a", await estate.Open(estate.North, blob));
    }

    [Theory]
    [InlineData("clinician")]
    [InlineData("front-desk")]
    [InlineData("auditor")]
    [InlineData("patient")]
    public async Task Others_than_admins_and_operators_of_the_clinic_are_refused(string role)
    {
        await using var estate = await Estate.Open(Dialect.Sqlite);
        await estate.Seal(estate.North, "a");
        foreach (var act in (Action[])[() => estate.Act(role), () => estate.Act("admin", "ten_other")])
        {
            act();
            // A verb's declared access says no before the handler does.
            Assert.True(await Refused(async () => (await estate.Keys.ListKeys(new ListKeys(estate.Tenant), default)).Refused));
            Assert.True(await Refused(async () => (await estate.Keys.RotateKeys(new RotateKeys("k", estate.Tenant), default)).Refused));
            Assert.True(await Refused(async () => (await estate.Keys.ScheduleDestruction(new ScheduleDestruction(estate.Tenant), default)).Refused));
            Assert.True(await Refused(async () => (await estate.Keys.CancelDestruction(new CancelDestruction(estate.Tenant), default)).Refused));
        }
        Assert.Equal([1], await estate.Versions());

        static async Task<bool> Refused(Func<Task<Contracts.Refusal?>> ask)
        {
            try { return (await ask())?.Code == "not-allowed"; }
            catch (Refit.ApiException refused) { return refused.StatusCode == System.Net.HttpStatusCode.Forbidden; }
        }
    }

    [Fact]
    public async Task The_list_names_provider_versions_and_what_each_store_holds()
    {
        await using var estate = await Estate.Open(Dialect.Sqlite);
        await estate.Seal(estate.North, "a");
        estate.Act("operator");
        var list = (await estate.Keys.ListKeys(new ListKeys(estate.Tenant), default)).Value!;
        Assert.Equal("sealed-file", list.Provider);
        Assert.Equal([1], list.Versions.Select(version => version.Version));
        Assert.Contains(list.Stored, key => key is { Service: "records", Purpose: "content", KeyEpoch: 1, KekVersion: 1 });
        Assert.Empty(list.Silent);
        estate.Provider.Fault = ProviderFault.Refuses;
        Assert.Equal("keys-unavailable", (await estate.Keys.ListKeys(new ListKeys(estate.Tenant), default)).Refused?.Code);
    }
}

using System.Security.Cryptography;
using System.Text;
using FirstRing.Contracts.Keys;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Keys;

public sealed class ShreddingTests
{
    const string Marker = "Quillfeather-Zabrodskaya";

    [Theory, BothDialects]
    public async Task Destruction_waits_seven_days_can_be_taken_back_and_then_holds_for_ever(Dialect dialect)
    {
        await using var estate = await Estate.Open(dialect);
        var blob = await estate.Seal(estate.North, Marker);
        estate.Act();
        var asked = (await estate.Keys.ScheduleDestruction(new ScheduleDestruction(estate.Tenant), default)).Value!;
        Assert.Equal(TimeSpan.FromDays(7), TimeSpan.FromMicroseconds(asked.DueAt - asked.AskedAt));
        Assert.Equal(asked, (await estate.Keys.ScheduleDestruction(new ScheduleDestruction(estate.Tenant), default)).Value);
        estate.Advance(TimeSpan.FromDays(6.9));
        await estate.Round.Run(default);
        Assert.Equal(Marker, await estate.Open(estate.North, blob));
        Assert.Null((await estate.Keys.CancelDestruction(new CancelDestruction(estate.Tenant), default)).Refused);
        Assert.Equal("nothing-scheduled", (await estate.Keys.CancelDestruction(new CancelDestruction(estate.Tenant), default)).Refused?.Code);
        estate.Advance(TimeSpan.FromDays(1));
        await estate.Round.Run(default);
        Assert.Equal(Marker, await estate.Open(estate.North, blob));

        await estate.Keys.ScheduleDestruction(new ScheduleDestruction(estate.Tenant), default);
        estate.Advance(TimeSpan.FromDays(7));
        Assert.Equal("nothing-scheduled", (await estate.Keys.CancelDestruction(new CancelDestruction(estate.Tenant), default)).Refused?.Code); // too late
        await estate.Round.Run(default);
        await Assert.ThrowsAsync<KeysDestroyed>(() => estate.Open(estate.North, blob));
        await Assert.ThrowsAsync<KeysDestroyed>(() => estate.Seal(estate.North, "again"));
        Assert.NotNull((await estate.Keys.ListKeys(new ListKeys(estate.Tenant), default)).Value?.Destruction?.DestroyedAt);
        Assert.Equal("keys-destroyed", (await estate.Keys.RotateKeys(new RotateKeys("k", estate.Tenant), default)).Refused?.Code);
        Assert.Null(await AuditChain.FirstBreak(estate.North.Store, default));
    }

    [Fact]
    public async Task No_remaining_key_opens_anything_of_the_clinic_in_the_store_its_log_or_an_older_copy()
    {
        await using var estate = await Estate.Open(Dialect.Sqlite);
        var (gone, stays) = (estate.Tenant.ToString(), "ten_stays");
        foreach (var tenant in (string[])[gone, stays])
            for (var row = 0; row < 20; row++)
                await estate.North.Store.Commit(new Platform.Http.Caller("web", tenant), transaction => transaction.Execute("INSERT INTO idempotency VALUES (@tenant, @row, '', @text, 0)",
                    new { tenant, row = $"{row}", text = Convert.ToBase64String(transaction.Seal(tenant, "sample.content", "row_1", Encoding.UTF8.GetBytes(Marker))) }), default);
        await estate.Provider.Rotate(gone, 1, default);
        var copies = new List<byte[]>(Files(estate.North.Folder.Path));
        await estate.Round.Run(default);
        copies.AddRange(Files(estate.North.Folder.Path));

        estate.Act();
        await estate.Keys.ScheduleDestruction(new ScheduleDestruction(estate.Tenant), default);
        estate.Advance(TimeSpan.FromDays(8));
        await estate.Round.Run(default);
        copies.AddRange(Files(estate.North.Folder.Path));

        using var provider = new KeyFileProvider(estate.KeyFile);
        var (opened, tried) = await Opened(copies, provider, [gone, stays, "system"]);
        Assert.True(tried[gone] >= 20, "the markers were found");
        Assert.True(opened[stays] >= 20, "the search opens what can be opened");
        Assert.Equal(0, opened[gone]);
    }

    static IEnumerable<byte[]> Files(string folder) => Directory.GetFiles(folder, "store.db*").Select(path =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray();
    });

    // Every wrapped key in every copy, unwrapped for every tenant by whatever the provider still has; every sealed value tried with all that this gave, and with the root key.
    static async Task<(Dictionary<string, int> Opened, Dictionary<string, int> Tried)> Opened(IReadOnlyList<byte[]> copies, KeyFileProvider provider, string[] tenants)
    {
        var keys = new List<byte[]>();
        var values = new List<byte[]>();
        foreach (var copy in copies)
        {
            var text = Encoding.Latin1.GetString(copy);
            var ids = System.Text.RegularExpressions.Regex.Matches(text, "[0-9a-f]{32}").Select(match => match.Value).Distinct().ToList();
            for (var at = text.IndexOf("FK\u0001", StringComparison.Ordinal); at >= 0 && at + WrappedKey.Size <= copy.Length; at = text.IndexOf("FK\u0001", at + 1, StringComparison.Ordinal))
                foreach (var tenant in tenants)
                    foreach (var purpose in (string[])["content", "audit"])
                        foreach (var id in ids)
                            try { keys.Add(await provider.Unwrap(tenant, SealedBlob.Place(tenant, "records", purpose, id), copy.AsMemory(at, WrappedKey.Size), default)); }
                            catch (CryptographicException) { }
            values.AddRange(System.Text.RegularExpressions.Regex.Matches(text, "RlIBA[A-Za-z0-9+/]{40,}={0,2}").Select(match => Convert.FromBase64String(match.Value[..(match.Length / 4 * 4)])));
        }
        keys = [.. keys.DistinctBy(Convert.ToHexString)];
        var (opened, tried) = (tenants.ToDictionary(tenant => tenant, _ => 0), tenants.ToDictionary(tenant => tenant, _ => values.Count));
        foreach (var value in values)
            foreach (var tenant in tenants)
                foreach (var key in keys)
                    try { if (Encoding.UTF8.GetString(SealedBlob.Open(value, key, SealedBlob.Place(tenant, "records", "sample.content", "row_1"))) == Marker) opened[tenant]++; }
                    catch (CryptographicException) { }
        return (opened, tried);
    }
}

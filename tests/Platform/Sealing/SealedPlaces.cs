using System.Security.Cryptography;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Sealing;

public sealed class SealedPlaces
{
    static readonly CancellationToken Never = CancellationToken.None;

    [Theory, BothDialects]
    public async Task A_value_opens_only_where_it_was_sealed(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Seal(test.Store, new Caller("sample", "ten_2"));
        var blob = await Seal(test.Store, Sample.Clinic);

        Assert.Equal(Sample.Secret, await Open(test.Store, "ten_1", "sample.content", "row_1", blob));
        await Refused("ten_1", "sample.content", "row_2");
        await Refused("ten_1", "sample.other", "row_1");
        await Refused("ten_2", "sample.content", "row_1");
        await Refused("ten_1", "sample.contentrow_1", "");
        await Refused("ten_1", "sample.", "contentrow_1");

        Task Refused(string tenant, string field, string row) =>
            Assert.ThrowsAnyAsync<CryptographicException>(() => Open(test.Store, tenant, field, row, blob));
    }

    [Theory, BothDialects]
    public async Task A_value_of_one_service_does_not_open_in_another_that_holds_the_same_keys(Dialect dialect)
    {
        await using var test = await TestStore.Open(dialect, new TestStoreOptions("sample", [typeof(Sample)],
            Provider: file => new FailingProvider(new FirstRing.Platform.Sealing.KeyFileProvider(file)) { IgnoresPlace = true }));
        var blob = await Seal(test.Store, Sample.Clinic);
        await using var other = test.Make("other");
        await other.Open(test.Schema(), Never);
        await Seal(other, Sample.Clinic);
        await Assert.ThrowsAnyAsync<CryptographicException>(() => Open(other, "ten_1", "sample.content", "row_1", blob));
    }

    [Theory, BothDialects]
    public async Task One_services_wrapped_keys_do_not_unwrap_in_another(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Seal(test.Store, Sample.Clinic);
        await using var other = test.Make("other");
        await Assert.ThrowsAnyAsync<CryptographicException>(() => other.Open(test.Schema(), Never));
    }

    [Fact]
    public async Task No_flipped_bit_goes_unnoticed()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        var blob = await Seal(test.Store, Sample.Clinic);
        await test.Store.Commit(Sample.Clinic, transaction =>
        {
            for (var bit = 0; bit < blob.Length * 8; bit++)
            {
                var altered = blob.ToArray();
                altered[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.ThrowsAny<Exception>(() => transaction.Open("ten_1", "sample.content", "row_1", altered)); // another key id: "not at hand"
            }
            for (var length = 0; length < blob.Length; length++)
                Assert.ThrowsAny<CryptographicException>(() => transaction.Open("ten_1", "sample.content", "row_1", blob.AsSpan(0, length)));
            return Task.FromResult(0);
        }, Never);
    }

    [Fact]
    public async Task The_same_text_sealed_twice_is_not_the_same_blob()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        Assert.NotEqual(await Seal(test.Store, Sample.Clinic), await Seal(test.Store, Sample.Clinic));
    }

    [Theory, BothDialects]
    public async Task A_wrapped_key_given_to_another_tenant_does_not_unwrap(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Seal(test.Store, Sample.Clinic);
        await test.Store.Commit(Sample.Clinic, transaction => transaction.Execute("UPDATE sealing_keys SET tenant = 'ten_2' WHERE tenant = 'ten_1'"), Never);
        await test.Reopen();
        await Assert.ThrowsAnyAsync<CryptographicException>(() => Seal(test.Store, new Caller("sample", "ten_2")));
    }

    [Theory, BothDialects]
    public async Task Without_the_key_file_nothing_opens(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Seal(test.Store, Sample.Clinic);
        await test.Close(test.Store);
        File.Delete(test.KeyFile);
        FirstRing.Platform.Sealing.KeyFileProvider.EnsureFile(test.KeyFile);
        await Assert.ThrowsAnyAsync<CryptographicException>(() => test.OpenAnother());
    }

    [Theory, BothDialects]
    public async Task Two_nodes_that_meet_a_new_tenant_at_once_share_one_key(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        var other = dialect == Dialect.Postgres ? await test.OpenAnother() : test.Store;
        var blobs = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(() => Seal(number % 2 == 0 ? test.Store : other, Sample.Clinic))));
        Assert.Equal(1, await test.Store.Count("sealing_keys", "tenant = 'ten_1'"));
        foreach (var blob in blobs) Assert.Equal(Sample.Secret, await Open(test.Store, "ten_1", "sample.content", "row_1", blob));
    }

    static Task<byte[]> Seal(Store store, Caller caller) =>
        store.Commit(caller, transaction => Task.FromResult(transaction.Seal(caller.Tenant!, "sample.content", "row_1", "secret"u8)), Never);

    static Task<byte[]> Open(Store store, string tenant, string field, string row, byte[] blob) =>
        store.Commit(Sample.Clinic, transaction => Task.FromResult(transaction.Open(tenant, field, row, blob)), Never);
}

using System.Security.Cryptography;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>What every key provider keeps to, whatever holds its keys.</summary>
public abstract class KeyProviderContract
{
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly byte[] Here = [.. "here"u8], Elsewhere = [.. "elsewhere"u8];

    protected static readonly FakeTimeProvider Clock = new(TestStore.Start);
    // The test's day, and timers that run.
    protected sealed class Half : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Clock.GetUtcNow();
    }

    readonly byte[] _dek = RandomNumberGenerator.GetBytes(32);
    readonly string _tenant = $"ten_{NewId.Random():N}", _other = $"ten_{NewId.Random():N}";

    /// <summary>A provider on the same keys each time, as another process would have it.</summary>
    protected abstract IKeyProvider Open();

    [Fact]
    public async Task A_wrapped_key_unwraps_in_another_process()
    {
        var wrapped = await Open().Wrap(_tenant, Here, _dek, Never);
        Assert.Equal(1, WrappedKey.VersionOf(wrapped));
        Assert.Equal(_dek, await Open().Unwrap(_tenant, Here, wrapped, Never));
        Assert.NotEqual(wrapped, await Open().Wrap(_tenant, Here, _dek, Never));
    }

    [Fact]
    public async Task Versions_come_one_after_another_and_old_ones_still_unwrap()
    {
        var provider = Open();
        Assert.Empty(await provider.Versions(_tenant, Never));
        await provider.Rotate(_tenant, 0, Never);
        var first = await provider.Wrap(_tenant, Here, _dek, Never);
        await provider.Rotate(_tenant, 1, Never);
        await Open().Rotate(_tenant, 1, Never); // again, by another: it is there already
        Assert.Equal([1, 2], (await Open().Versions(_tenant, Never)).Select(version => version.Version));
        Assert.Equal(2, WrappedKey.VersionOf(await provider.Wrap(_tenant, Here, _dek, Never)));
        Assert.Equal(_dek, await provider.Unwrap(_tenant, Here, first, Never));
        Assert.Contains(_tenant, await provider.Tenants(Never));
        var day = (await provider.Versions(_tenant, Never))[0].CreatedAt;
        Assert.Equal(TestStore.Start.Date, Instant.At(day).Date);
    }

    [Fact]
    public async Task A_retired_version_opens_nothing_and_the_newest_is_never_retired()
    {
        var provider = Open();
        var first = await provider.Wrap(_tenant, Here, _dek, Never);
        await Assert.ThrowsAsync<ArgumentException>(() => provider.Retire(_tenant, 1, Never));
        await provider.Rotate(_tenant, 1, Never);
        var second = await provider.Wrap(_tenant, Here, _dek, Never);
        await provider.Retire(_tenant, 1, Never);
        await provider.Retire(_tenant, 1, Never);
        await Assert.ThrowsAnyAsync<CryptographicException>(() => Open().Unwrap(_tenant, Here, first, Never));
        Assert.Equal(_dek, await Open().Unwrap(_tenant, Here, second, Never));
        Assert.Equal([2], (await provider.Versions(_tenant, Never)).Select(version => version.Version));
    }

    [Fact]
    public async Task A_key_unwraps_for_its_own_tenant_and_place_alone()
    {
        var provider = Open();
        var wrapped = await provider.Wrap(_tenant, Here, _dek, Never);
        await provider.Rotate(_other, 0, Never);
        await Assert.ThrowsAnyAsync<CryptographicException>(() => provider.Unwrap(_other, Here, wrapped, Never));
        await Assert.ThrowsAnyAsync<CryptographicException>(() => provider.Unwrap(_tenant, Elsewhere, wrapped, Never));
        await Assert.ThrowsAnyAsync<CryptographicException>(() => provider.Unwrap($"ten_{NewId.Random():N}", Here, wrapped, Never));
    }

    [Fact]
    public async Task No_flipped_bit_and_no_cut_goes_unnoticed()
    {
        var provider = Open();
        var wrapped = await provider.Wrap(_tenant, Here, _dek, Never);
        for (var bit = 0; bit < wrapped.Length * 8; bit++)
        {
            var altered = wrapped.ToArray();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            await Assert.ThrowsAnyAsync<CryptographicException>(() => provider.Unwrap(_tenant, Here, altered, Never));
        }
        foreach (var length in Enumerable.Range(0, wrapped.Length))
            await Assert.ThrowsAnyAsync<CryptographicException>(() => provider.Unwrap(_tenant, Here, wrapped.AsMemory(0, length), Never));
        Assert.Equal(_dek, await provider.Unwrap(_tenant, Here, wrapped, Never));
    }

    [Fact]
    public async Task What_is_destroyed_stays_destroyed_for_everyone()
    {
        var provider = Open();
        var wrapped = await provider.Wrap(_tenant, Here, _dek, Never);
        await provider.Rotate(_tenant, 1, Never);
        await Open().Destroy(_tenant, Never);
        await Open().Destroy(_tenant, Never);
        foreach (var each in (IKeyProvider[])[provider, Open()])
        {
            await Assert.ThrowsAsync<KeysDestroyed>(() => each.Unwrap(_tenant, Here, wrapped, Never));
            await Assert.ThrowsAsync<KeysDestroyed>(() => each.Wrap(_tenant, Here, _dek, Never));
            await Assert.ThrowsAsync<KeysDestroyed>(() => each.Rotate(_tenant, 2, Never));
            await Assert.ThrowsAsync<KeysDestroyed>(() => each.Versions(_tenant, Never));
            Assert.DoesNotContain(_tenant, await each.Tenants(Never));
        }
    }

    [Fact]
    public async Task Many_that_make_a_tenants_first_key_at_once_can_unwrap_each_others()
    {
        var wrapped = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Open().Wrap(_tenant, Here, _dek, Never))));
        foreach (var each in wrapped) Assert.Equal(_dek, await Open().Unwrap(_tenant, Here, each, Never));
        Assert.Equal([1], (await Open().Versions(_tenant, Never)).Select(version => version.Version));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../root")]
    [InlineData("ten 1")]
    [InlineData("ten/1")]
    public async Task A_tenant_that_is_no_opaque_id_is_refused(string tenant) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Open().Wrap(tenant, Here, _dek, Never));

    [Fact]
    public async Task A_key_of_another_length_is_refused() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Open().Wrap(_tenant, Here, new byte[16], Never));
}

public sealed class SealedFileProvider : KeyProviderContract, IDisposable
{
    readonly TempFolder _folder = new();

    protected override IKeyProvider Open()
    {
        KeyFileProvider.EnsureFile(_folder.At("root.key"));
        return new KeyFileProvider(_folder.At("root.key"), Clock);
    }

    public void Dispose() => _folder.Dispose();
}

public sealed class AwsKmsProvider : KeyProviderContract, IAsyncDisposable
{
    readonly KmsStandIn _kms = new(Clock);

    protected override IKeyProvider Open() => new KmsProvider(_kms.Options, new Half());

    public ValueTask DisposeAsync() => _kms.DisposeAsync();
}

public sealed class SoftHsmProvider : KeyProviderContract
{
    protected override IKeyProvider Open() => new Pkcs11Provider(SoftHsm.Options, new Half());
}

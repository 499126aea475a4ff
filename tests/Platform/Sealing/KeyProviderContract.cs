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

    /// <summary>As the page of keys names it.</summary>
    protected abstract string Kind { get; }

    /// <summary>What is said of a key whose version is gone.</summary>
    protected virtual string NoLonger => "This version of the tenant's key is no longer there.";

    [Fact]
    public void It_says_what_it_is() => Assert.Equal(Kind, Open().Kind);

    [Fact]
    public async Task Tenants_are_told_in_the_order_of_their_names()
    {
        var provider = Open();
        Assert.DoesNotContain(_tenant, await provider.Tenants(Never)); // the first question of a fresh installation
        foreach (var end in (string[])["_b", "_a", "_C", "_c"]) await provider.Rotate(_tenant + end, 0, Never);
        Assert.Equal([_tenant + "_C", _tenant + "_a", _tenant + "_b", _tenant + "_c"], (await Open().Tenants(Never)).Where(tenant => tenant.StartsWith(_tenant, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task No_version_comes_after_a_negative_one()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Open().Rotate(_tenant, -1, Never));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Open().Rotate(_tenant, int.MinValue, Never));
        Assert.Empty(await Open().Versions(_tenant, Never));
    }

    [Fact]
    public async Task A_tenant_that_never_had_a_key_is_destroyed_too_and_gets_none()
    {
        await Open().Destroy(_tenant, Never);
        await Assert.ThrowsAsync<KeysDestroyed>(() => Open().Wrap(_tenant, Here, _dek, Never));
        Assert.DoesNotContain(_tenant, await Open().Tenants(Never));
    }

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
        Assert.StartsWith("The newest version is in use.", (await Assert.ThrowsAsync<ArgumentException>(() => provider.Retire(_tenant, 1, Never))).Message, StringComparison.Ordinal);
        await provider.Rotate(_tenant, 1, Never);
        var second = await provider.Wrap(_tenant, Here, _dek, Never);
        await provider.Retire(_tenant, 1, Never);
        await provider.Retire(_tenant, 1, Never);
        Assert.Equal(NoLonger, (await Assert.ThrowsAsync<CryptographicException>(() => Open().Unwrap(_tenant, Here, first, Never))).Message);
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
            Assert.Equal("The keys of this tenant were destroyed.", (await Assert.ThrowsAsync<KeysDestroyed>(() => each.Unwrap(_tenant, Here, wrapped, Never))).Message);
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
    public async Task A_tenant_that_is_no_opaque_id_is_refused(string tenant)
    {
        var provider = Open();
        var wrapped = await provider.Wrap(_tenant, Here, _dek, Never);
        foreach (var asked in (Func<Task>[])
            [() => provider.Wrap(tenant, Here, _dek, Never), () => provider.Unwrap(tenant, Here, wrapped, Never), () => provider.Versions(tenant, Never),
            () => provider.Rotate(tenant, 0, Never), () => provider.Retire(tenant, 1, Never), () => provider.Destroy(tenant, Never)])
            Assert.StartsWith("A tenant is named by an opaque id.", (await Assert.ThrowsAsync<ArgumentException>(async () => await asked())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(33)]
    public async Task A_key_of_another_length_is_refused(int length) =>
        Assert.StartsWith("A key is 32 bytes long.", (await Assert.ThrowsAsync<ArgumentException>(async () => await Open().Wrap(_tenant, Here, new byte[length], Never))).Message, StringComparison.Ordinal);
}

public sealed class SealedFileProvider : KeyProviderContract, IDisposable
{
    readonly TempFolder _folder = new();

    protected override IKeyProvider Open()
    {
        KeyFileProvider.EnsureFile(_folder.At("root.key"));
        return new KeyFileProvider(_folder.At("root.key"), Clock);
    }

    protected override string Kind => "sealed-file";

    public void Dispose() => _folder.Dispose();
}

public sealed class AwsKmsProvider : KeyProviderContract, IAsyncDisposable
{
    readonly KmsStandIn _kms = new(Clock);

    protected override IKeyProvider Open() => new KmsProvider(_kms.Options, new Half());
    protected override string Kind => "awskms";

    public ValueTask DisposeAsync() => _kms.DisposeAsync();
}

public sealed class SoftHsmProvider : KeyProviderContract
{
    protected override IKeyProvider Open() => new Pkcs11Provider(SoftHsm.Options, new Half());
    protected override string Kind => "pkcs11";
    protected override string NoLonger => "The wrapped key does not open under any key of its version in the token.";
}

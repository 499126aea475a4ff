using System.Security.Cryptography;
using System.Text;
using FirstRing.Platform.Sealing;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Sealing;

public sealed class KeyFiles
{
    const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.UserExecute)]
    public void A_key_file_that_is_not_its_owners_alone_is_refused(UnixFileMode more)
    {
        using var folder = new TempFolder();
        KeyFileProvider.EnsureFile(folder.At("root.key"));
        File.SetUnixFileMode(folder.At("root.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
        Assert.Equal("The key file must be readable by its owner alone (mode 600).", Assert.Throws<UnauthorizedAccessException>(() => new KeyFileProvider(folder.At("root.key"))).Message);
    }

    [Fact]
    public async Task Once_let_go_of_nothing_is_sealed_under_what_is_left_of_its_keys()
    {
        using var folder = new TempFolder();
        KeyFileProvider.EnsureFile(folder.At("root.key"));
        var provider = new KeyFileProvider(folder.At("root.key"));
        provider.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => provider.Rotate("ten_000000000000000000000000000000a1", 0, CancellationToken.None));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => provider.Wrap("ten_000000000000000000000000000000a1", default, new byte[32], CancellationToken.None));
        Assert.False(Directory.Exists(folder.At("tenants")));
    }

    [Fact]
    public void A_fresh_key_file_has_mode_600_and_is_never_written_over()
    {
        using var folder = new TempFolder();
        KeyFileProvider.EnsureFile(folder.At("root.key"));
        var first = File.ReadAllBytes(folder.At("root.key"));
        KeyFileProvider.EnsureFile(folder.At("root.key"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.At("root.key")));
        Assert.Equal(32, first.Length);
        Assert.Equal(first, File.ReadAllBytes(folder.At("root.key")));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_key_file_of_another_length_is_refused(int length)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.At("root.key"), new byte[length]);
        File.SetUnixFileMode(folder.At("root.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("The key file must hold exactly 32 bytes.", Assert.Throws<InvalidDataException>(() => new KeyFileProvider(folder.At("root.key"))).Message);
    }

    [Fact]
    public async Task A_folder_that_is_away_answers_nothing_and_nothing_is_made_in_its_place()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.At("keys"));
        KeyFileProvider.EnsureFile(folder.At("keys", "root.key"));
        using var provider = new KeyFileProvider(folder.At("keys", "root.key"));
        var wrapped = await provider.Wrap("ten_1", default, new byte[32], default);
        Directory.Move(folder.At("keys"), folder.At("away"));
        foreach (var asked in (Func<Task>[])
            [() => provider.Unwrap("ten_1", default, wrapped, default), () => provider.Wrap("ten_1", default, new byte[32], default), () => provider.Wrap("ten_2", default, new byte[32], default),
            () => provider.Versions("ten_1", default), () => provider.Rotate("ten_1", 1, default), () => provider.Retire("ten_1", 1, default), () => provider.Destroy("ten_1", default), () => provider.Tenants(default)])
            Assert.Equal("The key provider does not answer.", (await Assert.ThrowsAsync<KeysUnavailable>(asked)).Message);
        Assert.False(Directory.Exists(folder.At("keys")));
        Directory.Move(folder.At("away"), folder.At("keys"));
        Assert.Equal(new byte[32], await provider.Unwrap("ten_1", default, wrapped, default));
    }

    [Fact]
    public async Task Tenants_keys_lie_sealed_mode_600_and_open_neither_altered_nor_in_anothers_place()
    {
        using var folder = new TempFolder();
        KeyFileProvider.EnsureFile(folder.At("root.key"));
        using var provider = new KeyFileProvider(folder.At("root.key"));
        var wrapped = await provider.Wrap("ten_1", default, new byte[32], default);
        await provider.Rotate("ten_2", 0, default);
        var file = Assert.Single(Directory.GetFiles(folder.At("tenants", "ten_1")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        var whole = await File.ReadAllBytesAsync(file);
        foreach (var altered in (byte[][])[[.. whole[..^1], (byte)(whole[^1] ^ 1)], whole[..^1], [], await File.ReadAllBytesAsync(folder.At("tenants", "ten_2", "1.kek"))])
        {
            await File.WriteAllBytesAsync(file, altered);
            await Assert.ThrowsAnyAsync<CryptographicException>(() => provider.Unwrap("ten_1", default, wrapped, default));
            await Assert.ThrowsAnyAsync<CryptographicException>(() => provider.Wrap("ten_1", default, new byte[32], default));
        }
    }

    [Fact]
    public async Task Folders_of_tenants_are_their_owners_alone()
    {
        using var folder = new TempFolder();
        using var provider = Open(folder);
        await provider.Rotate("ten_1", 0, default);
        await provider.Destroy("ten_2", default);
        foreach (var tenant in (string[])["ten_1", "ten_2"]) Assert.Equal(Own | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.At("tenants", tenant)));
    }

    [Fact]
    public async Task Every_version_is_a_random_key_sealed_under_a_nonce_of_its_own()
    {
        using var folder = new TempFolder();
        using var provider = Open(folder);
        foreach (var (tenant, from) in ((string, int)[])[("ten_1", 0), ("ten_1", 1), ("ten_2", 0)]) await provider.Rotate(tenant, from, default);
        var sealer = HKDF.DeriveKey(HashAlgorithmName.SHA256, await File.ReadAllBytesAsync(folder.At("root.key")), 32, info: "firstring tenant kek file"u8.ToArray());
        var (nonces, keks) = (new HashSet<string> { new('0', 24) }, new HashSet<string> { new('0', 64) });
        foreach (var (tenant, version) in ((string, int)[])[("ten_1", 1), ("ten_1", 2), ("ten_2", 1)])
        {
            var file = await File.ReadAllBytesAsync(folder.At("tenants", tenant, $"{version}.kek"));
            var plain = new byte[40];
            using (var aes = new AesGcm(sealer, 16)) aes.Decrypt(file.AsSpan(0, 12), file.AsSpan(12, 40), file.AsSpan(52), plain, WrappedKey.Additional(version, tenant, []));
            Assert.True(nonces.Add(Convert.ToHexString(file.AsSpan(0, 12))));
            Assert.True(keks.Add(Convert.ToHexString(plain.AsSpan(8))));
        }
    }

    [Fact]
    public async Task What_is_no_version_in_a_tenants_folder_is_passed_over()
    {
        using var folder = new TempFolder();
        using var provider = Open(folder);
        await provider.Rotate("ten_1", 0, default);
        foreach (var name in (string[])["0.kek", "-1.kek", "x.kek", "2.kek.4711.half", "2.kek~"]) await File.WriteAllBytesAsync(folder.At("tenants", "ten_1", name), new byte[7]);
        Assert.Equal([1], (await provider.Versions("ten_1", default)).Select(version => version.Version));
        Assert.Equal(1, WrappedKey.VersionOf(await provider.Wrap("ten_1", default, new byte[32], default)));
    }

    [Fact]
    public async Task A_file_that_is_no_sealed_key_is_told_from_one_that_is_away()
    {
        using var folder = new TempFolder();
        using var provider = Open(folder);
        var wrapped = await provider.Wrap("ten_1", default, new byte[32], default);
        await File.WriteAllBytesAsync(folder.At("tenants", "ten_1", "1.kek"), new byte[7]);
        Assert.Equal("Not a sealed key file.", (await Assert.ThrowsAsync<CryptographicException>(() => provider.Unwrap("ten_1", default, wrapped, default))).Message);
    }

    [Fact]
    public async Task A_version_made_while_the_tenant_is_destroyed_goes_too()
    {
        using var folder = new TempFolder();
        using var other = Open(folder);
        using var provider = new KeyFileProvider(folder.At("root.key"), new Meanwhile(TestStore.Start, () => other.Destroy("ten_1", default)));
        await Assert.ThrowsAsync<KeysDestroyed>(() => provider.Wrap("ten_1", default, new byte[32], default));
        Assert.Equal([folder.At("tenants", "ten_1", "destroyed")], Directory.GetFiles(folder.At("tenants", "ten_1")));
    }

    [Fact]
    public void A_key_that_is_there_is_left_alone_and_nothing_is_written_beside_it()
    {
        using var folder = new TempFolder();
        KeyFileProvider.EnsureFile(folder.At("root.key"));
        Directory.SetLastWriteTimeUtc(folder.Path, DateTime.UnixEpoch);
        KeyFileProvider.EnsureFile(folder.At("root.key"));
        Assert.Equal(DateTime.UnixEpoch, Directory.GetLastWriteTimeUtc(folder.Path));
    }

    [Fact]
    public async Task Of_many_that_make_the_root_key_at_once_one_does_and_the_others_leave_nothing()
    {
        using var folder = new TempFolder();
        foreach (var round in Enumerable.Range(0, 5))
        {
            using var together = new Barrier(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
            {
                together.SignalAndWait();
                KeyFileProvider.EnsureFile(folder.At($"{round}.key"));
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            Assert.Equal(round + 1, Directory.GetFiles(folder.Path).Length);
        }
    }

    [Fact]
    public async Task What_is_destroyed_is_written_over_even_under_one_who_reads_it()
    {
        using var folder = new TempFolder();
        using var provider = Open(folder);
        await provider.Rotate("ten_1", 0, default);
        await using var reader = new FileStream(folder.At("tenants", "ten_1", "1.kek"), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        await provider.Destroy("ten_1", default);
        Assert.False(File.Exists(reader.Name));
        var left = new byte[reader.Length];
        await reader.ReadExactlyAsync(left);
        Assert.Equal(new byte[68], left);
    }

    [Fact]
    public async Task A_provider_that_was_let_go_of_opens_nothing_more()
    {
        using var folder = new TempFolder();
        var provider = Open(folder);
        var kek = HKDF.DeriveKey(HashAlgorithmName.SHA256, await File.ReadAllBytesAsync(folder.At("root.key")), 32, info: "firstring tenant kek ten_1"u8.ToArray());
        var old = RandomNumberGenerator.GetBytes(WrappedKey.OldSize); // as before keys had versions
        using (var aes = new AesGcm(kek, 16)) aes.Encrypt(old.AsSpan(0, 12), new byte[32], old.AsSpan(12, 32), old.AsSpan(44), Encoding.UTF8.GetBytes("ten_1"));
        var wrapped = await provider.Wrap("ten_1", default, new byte[32], default);
        foreach (var each in (byte[][])[wrapped, old]) Assert.Equal(new byte[32], await provider.Unwrap("ten_1", default, each, default));
        provider.Dispose();
        foreach (var each in (byte[][])[wrapped, old]) await Assert.ThrowsAsync<ObjectDisposedException>(async () => await provider.Unwrap("ten_1", default, each, default));
    }

    static KeyFileProvider Open(TempFolder folder)
    {
        KeyFileProvider.EnsureFile(folder.At("root.key"));
        return new KeyFileProvider(folder.At("root.key"));
    }
}

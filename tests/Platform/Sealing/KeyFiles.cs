using FirstRing.Platform.Sealing;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Sealing;

public sealed class KeyFiles
{
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
        Assert.Throws<UnauthorizedAccessException>(() => new KeyFileProvider(folder.At("root.key")));
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
        Assert.Throws<InvalidDataException>(() => new KeyFileProvider(folder.At("root.key")));
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
            await Assert.ThrowsAsync<KeysUnavailable>(asked);
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
            await Assert.ThrowsAnyAsync<System.Security.Cryptography.CryptographicException>(() => provider.Unwrap("ten_1", default, wrapped, default));
            await Assert.ThrowsAnyAsync<System.Security.Cryptography.CryptographicException>(() => provider.Wrap("ten_1", default, new byte[32], default));
        }
    }
}

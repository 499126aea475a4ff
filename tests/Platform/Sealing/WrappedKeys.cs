using System.Buffers.Binary;
using System.Security.Cryptography;
using FirstRing.Platform.Sealing;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>What is a wrapped key, byte by byte, and how tenants are named to a provider.</summary>
public sealed class WrappedKeys
{
    static byte[] Of(int form, int version, int length)
    {
        var wrapped = new byte[length];
        "FK"u8.CopyTo(wrapped);
        wrapped[2] = (byte)form;
        BinaryPrimitives.WriteInt32BigEndian(wrapped.AsSpan(3), version);
        return wrapped;
    }

    [Theory]
    [InlineData(1, 1, 67, 1)]
    [InlineData(1, int.MaxValue, 67, int.MaxValue)]
    [InlineData(1, 258, 67, 258)]
    [InlineData(2, 3, 8, 3)] // of a key management service, as long as it likes
    [InlineData(2, 3, 7 + 6144, 3)]
    [InlineData(0, 0, 60, 0)] // as it was before keys had versions
    public void A_wrapped_key_says_its_version(int form, int version, int length, int said) => Assert.Equal(said, WrappedKey.VersionOf(Of(form, version, length)));

    [Theory]
    [InlineData(1, 1, 66)]
    [InlineData(1, 1, 68)]
    [InlineData(1, 0, 67)]
    [InlineData(1, -1, 67)]
    [InlineData(2, 0, 100)]
    [InlineData(2, 3, 7)] // nothing behind the header
    [InlineData(2, 3, 7 + 6145)]
    [InlineData(3, 1, 67)]
    [InlineData(0, 1, 67)]
    public void Anything_else_is_none(int form, int version, int length)
    {
        Assert.Equal("Not a wrapped key.", Assert.Throws<CryptographicException>(() => WrappedKey.VersionOf(Of(form, version, length))).Message);
        Assert.Throws<CryptographicException>(() => WrappedKey.VersionOf([]));
        Assert.Throws<CryptographicException>(() => WrappedKey.VersionOf("FK"u8));
        Assert.Throws<CryptographicException>(() => WrappedKey.VersionOf([.. "FX"u8, .. Of(1, 1, 67)[2..]]));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void A_provider_takes_only_its_own_form(int form, int other)
    {
        Assert.Equal(5, WrappedKey.VersionOf(Of(form, 5, 67), (byte)form));
        Assert.Throws<CryptographicException>(() => WrappedKey.VersionOf(Of(form, 5, 67), (byte)other));
    }

    [Fact]
    public void The_header_is_the_one_that_is_described()
    {
        Assert.Equal([(byte)'F', (byte)'K', 1, 0, 0, 1, 2], WrappedKey.Header(258));
        Assert.Equal([(byte)'F', (byte)'K', 2, 0, 0, 0, 1], WrappedKey.Header(1, 2));
        Assert.Equal([(byte)'F', (byte)'K', 1, 0, 0, 0, 1, 5, .. "ten_1"u8, .. "place"u8], WrappedKey.Additional(1, "ten_1", "place"u8));
    }

    [Fact]
    public void No_two_tenants_and_places_share_what_is_bound_to_a_key() =>
        Assert.NotEqual(WrappedKey.Additional(1, "ten_1", "1"u8), WrappedKey.Additional(1, "ten_11", ""u8));

    [Fact]
    public void A_tenant_is_named_by_letters_digits_and_two_signs_and_at_most_64_of_them()
    {
        foreach (var name in (string[])["a", "ten_0190b7a0c0de70008000000000000001", "A-9", new string('x', 64)]) Assert.Equal(name, WrappedKey.Checked(name));
        foreach (var name in (string[])["", new string('x', 65), "a.b", "a/b", "a b", "..", "té", "a\n", "a\0"]) Assert.Throws<ArgumentException>(() => WrappedKey.Checked(name));
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using FirstRing.Platform.Sealing;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>Sealed values and files are what their description says: what is sealed here opens by it, and what is made by it opens here.</summary>
public sealed class SealedForms
{
    static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    static readonly Guid Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void A_value_is_laid_out_as_described(int length)
    {
        var plain = RandomNumberGenerator.GetBytes(length);
        var blob = SealedBlob.Seal(plain, Id, Key, "here"u8);
        Assert.Equal(length + 48, blob.Length);
        Assert.Equal("4652010100112233445566778899AABBCCDDEEFF", Convert.ToHexString(blob.AsSpan(0, 20)));
        var opened = new byte[length];
        using (var aes = new AesGcm(Key, 16)) aes.Decrypt(blob.AsSpan(20, 12), blob.AsSpan(32, length), blob.AsSpan(32 + length), opened, "here"u8);
        Assert.Equal(plain, opened);
        Assert.Equal(plain, SealedBlob.Open(blob, Key, "here"u8));
        Assert.ThrowsAny<CryptographicException>(() => SealedBlob.Open(blob, Key, "there"u8));
        Assert.ThrowsAny<CryptographicException>(() => SealedBlob.Open(blob, new byte[32], "here"u8));
    }

    [Fact]
    public void A_value_names_its_key_and_what_is_no_value_names_none()
    {
        var blob = SealedBlob.Seal([], Id, Key, []);
        Assert.True(SealedBlob.TryReadKeyId(blob, out var id));
        Assert.Equal(Id, id);
        foreach (var other in (byte[][])[[], blob[..^1], [.. "FR\u0002\u0001"u8, .. blob[4..]], [.. "FR\u0001\u0002"u8, .. blob[4..]], [.. "FX\u0001\u0001"u8, .. blob[4..]]])
        {
            Assert.False(SealedBlob.TryReadKeyId(other, out var none));
            Assert.Equal(Guid.Empty, none);
        }
    }

    [Fact]
    public void No_two_places_are_one()
    {
        string[][] places = [["t", "s", "f", "r"], ["ts", "", "f", "r"], ["t", "sf", "", "r"], ["t", "s", "fr", ""], ["", "t", "s", "fr"], ["t", "s", "f", ""], ["t", "s", "", "r"]];
        Assert.Equal(places.Length, places.Select(place => Convert.ToHexString(SealedBlob.Place(place[0], place[1], place[2], place[3]))).Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(64 * 1024)]
    [InlineData(2 * 64 * 1024 + 5)]
    public void A_file_is_laid_out_as_described(int length)
    {
        var plain = RandomNumberGenerator.GetBytes(length);
        var (made, opened, sealing) = (Described(plain), new MemoryStream(), new MemoryStream());
        SealedStream.Open(new MemoryStream(made), opened, Key, "here"u8);
        Assert.Equal(plain, opened.ToArray());
        SealedStream.Seal(new MemoryStream(plain), sealing, Key, "here"u8);
        Assert.Equal(made.Length, sealing.Length);
        Assert.Equal(sealing.ToArray(), Described(plain, sealing.ToArray()[4..36]));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    public void A_file_is_opened_and_sealed_under_a_key_of_32_bytes(int length)
    {
        Assert.Throws<ArgumentException>(() => SealedStream.Seal(new MemoryStream(), new MemoryStream(), new byte[length], "here"u8));
        Assert.Throws<ArgumentException>(() => SealedStream.Open(new MemoryStream(Described([])), new MemoryStream(), new byte[length], "here"u8));
    }

    // By the words of SealedStream's description, with nothing of its code.
    static byte[] Described(byte[] plain, byte[]? salt = null)
    {
        const int chunk = 64 * 1024;
        salt ??= RandomNumberGenerator.GetBytes(32);
        using var output = new MemoryStream();
        output.Write("FRS\u0001"u8);
        output.Write(salt);
        using var aes = new AesGcm(HKDF.DeriveKey(HashAlgorithmName.SHA256, Key, 32, salt, [.. "firstring stream\0"u8, .. "here"u8]), 16);
        var count = Math.Max(1, (plain.Length + chunk - 1) / chunk);
        for (var number = 0; number < count; number++)
        {
            var part = plain.AsSpan(number * chunk, Math.Min(chunk, plain.Length - number * chunk));
            var (nonce, body, tag) = (new byte[12], new byte[part.Length], new byte[16]);
            BinaryPrimitives.WriteInt32BigEndian(nonce.AsSpan(7), number);
            nonce[11] = (byte)(number == count - 1 ? 1 : 0);
            aes.Encrypt(nonce, part, body, tag);
            output.Write(body);
            output.Write(tag);
        }
        return output.ToArray();
    }
}

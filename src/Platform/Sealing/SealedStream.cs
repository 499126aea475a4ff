using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FirstRing.Platform.Sealing;

/// <summary>
/// Seals a file of any length in chunks of 64 KiB: magic "FRS" ‖ version 1(1) ‖ salt(32), then each chunk as AES-256-GCM ciphertext ‖ tag(16). Every stream
/// has a key of its own, HKDF-SHA-256 of the given key, the salt and the place (RFC 5869), so a nonce can be a counter and still never comes twice under one
/// key. The nonce is zeros(7) ‖ chunk number(4) ‖ last(1): a chunk that is missing, moved, taken from another stream, or cut off behind it does not open.
/// </summary>
public static class SealedStream
{
    public const int ChunkSize = 64 * 1024, HeaderSize = 36, KeySize = 32;
    const int TagSize = 16, SaltSize = 32, NonceSize = 12;
    static ReadOnlySpan<byte> Magic => "FRS\u0001"u8;

    /// <param name="plain">Read to its end.</param>
    /// <param name="sealed">Written to; not flushed or closed.</param>
    /// <param name="key">32 random bytes; may seal any number of streams.</param>
    /// <param name="place">What the stream is, e.g. <see cref="SealedBlob.Place"/>; the same is needed to open it.</param>
    /// <exception cref="ArgumentException">The key is not 32 bytes long.</exception>
    public static void Seal(Stream plain, Stream @sealed, ReadOnlySpan<byte> key, ReadOnlySpan<byte> place)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        Magic.CopyTo(header);
        RandomNumberGenerator.Fill(header[Magic.Length..]);
        using var aes = Cipher(key, header[Magic.Length..], place);
        @sealed.Write(header);
        Chunks(plain, ChunkSize, (chunk, number, last) =>
        {
            var output = new byte[chunk.Length + TagSize];
            aes.Encrypt(Nonce(number, last), chunk, output.AsSpan(0, chunk.Length), output.AsSpan(chunk.Length));
            @sealed.Write(output);
        });
    }

    /// <summary>Writes to <paramref name="plain"/> as it goes, nothing that was not proven: every byte is genuine and in its place. Only when this returns is the
    /// stream also known to be whole; where it throws, what was written is to be thrown away.</summary>
    /// <exception cref="CryptographicException">Altered, cut off, reordered, continued, of another place, or under another key.</exception>
    public static void Open(Stream @sealed, Stream plain, ReadOnlySpan<byte> key, ReadOnlySpan<byte> place)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        if (@sealed.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize || !header.StartsWith(Magic))
            throw new CryptographicException("Not a sealed stream.");
        using var aes = Cipher(key, header[Magic.Length..], place);
        Chunks(@sealed, ChunkSize + TagSize, (chunk, number, last) =>
        {
            if (chunk.Length < TagSize) throw new CryptographicException("The sealed stream is cut off.");
            var output = new byte[chunk.Length - TagSize];
            aes.Decrypt(Nonce(number, last), chunk[..^TagSize], chunk[^TagSize..], output);
            plain.Write(output);
        });
    }

    delegate void Chunk(ReadOnlySpan<byte> chunk, uint number, bool last);

    // One chunk ahead: whether a full one is the last is known only once there is none after it. An empty stream is one empty chunk.
    static void Chunks(Stream from, int size, Chunk take)
    {
        var (now, next) = (new byte[size], new byte[size]);
        var length = from.ReadAtLeast(now, size, throwOnEndOfStream: false);
        for (uint number = 0; ; number = checked(number + 1))
        {
            var after = length < size ? 0 : from.ReadAtLeast(next, size, throwOnEndOfStream: false);
            take(now.AsSpan(0, length), number, after == 0);
            if (after == 0) return;
            (now, next, length) = (next, now, after);
        }
    }

    static AesGcm Cipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> place)
    {
        if (key.Length != KeySize) throw new ArgumentException("The key of a sealed stream is 32 bytes long.", nameof(key));
        Span<byte> own = stackalloc byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, own, salt[..SaltSize], [.. "firstring stream\0"u8, .. place]);
        return new AesGcm(own, TagSize);
    }

    static byte[] Nonce(uint number, bool last)
    {
        var nonce = new byte[NonceSize];
        BinaryPrimitives.WriteUInt32BigEndian(nonce.AsSpan(NonceSize - 5), number);
        nonce[^1] = last ? (byte)1 : (byte)0;
        return nonce;
    }
}

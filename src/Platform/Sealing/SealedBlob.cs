using System.Security.Cryptography;
using System.Text;

namespace FirstRing.Platform.Sealing;

/// <summary>
/// AES-256-GCM with a self-describing header: magic "FR"(2) ‖ version 1(1) ‖ algorithm 1(1) ‖ key id(16) ‖ nonce(12) ‖ ciphertext ‖ tag(16).
/// The additional data binds tenant, service, permanent field id and row id, so that a value moved elsewhere does not open.
/// </summary>
public static class SealedBlob
{
    public const int HeaderSize = 20, NonceSize = 12, TagSize = 16, Overhead = HeaderSize + NonceSize + TagSize;

    public static byte[] Seal(ReadOnlySpan<byte> plain, Guid keyId, ReadOnlySpan<byte> key, ReadOnlySpan<byte> additional)
    {
        var blob = new byte[plain.Length + Overhead];
        "FR\u0001\u0001"u8.CopyTo(blob);
        keyId.TryWriteBytes(blob.AsSpan(4, 16), bigEndian: true, out _);
        var nonce = blob.AsSpan(HeaderSize, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, plain, blob.AsSpan(HeaderSize + NonceSize, plain.Length), blob.AsSpan(blob.Length - TagSize), additional);
        return blob;
    }

    /// <summary>The id of the key that sealed the blob; false where it is no sealed blob.</summary>
    public static bool TryReadKeyId(ReadOnlySpan<byte> blob, out Guid keyId)
    {
        keyId = default;
        if (blob.Length < Overhead || !blob.StartsWith("FR\u0001\u0001"u8)) return false;
        keyId = new Guid(blob.Slice(4, 16), bigEndian: true);
        return true;
    }

    /// <exception cref="CryptographicException">Altered, moved to another place, or the wrong key.</exception>
    public static byte[] Open(ReadOnlySpan<byte> blob, ReadOnlySpan<byte> key, ReadOnlySpan<byte> additional)
    {
        var plain = new byte[blob.Length - Overhead];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(blob.Slice(HeaderSize, NonceSize), blob.Slice(HeaderSize + NonceSize, plain.Length), blob[^TagSize..], plain, additional);
        return plain;
    }

    /// <summary>Length-prefixed, so that no two places share additional data.</summary>
    public static byte[] Place(string tenant, string service, string field, string row)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer, Encoding.UTF8);
        writer.Write(tenant);
        writer.Write(service);
        writer.Write(field);
        writer.Write(row);
        writer.Flush();
        return buffer.ToArray();
    }
}

using System.Security.Cryptography;
using System.Text;

namespace FirstRing.Platform.Sealing;

/// <summary>Port to key management: wraps data encryption keys under a tenant's key-encryption key. Implementations: key file, PKCS#11, cloud KMS.</summary>
public interface IKeyProvider
{
    byte[] Wrap(string tenant, ReadOnlySpan<byte> dek);

    /// <exception cref="CryptographicException">The blob was not wrapped for this tenant, or was altered.</exception>
    byte[] Unwrap(string tenant, ReadOnlySpan<byte> wrapped);
}

/// <summary>The embedded default: a 256-bit root key in a file that only its owner may read; a tenant's key is HKDF-SHA-256 of it (RFC 5869).
/// A wrapped key is nonce(12) ‖ AES-256-GCM ciphertext(32) ‖ tag(16), with the tenant as additional data.</summary>
public sealed class KeyFileProvider : IKeyProvider, IDisposable
{
    const int NonceSize = 12, TagSize = 16, KeySize = 32;
    readonly byte[] _root;

    /// <exception cref="InvalidDataException">The file is not 32 bytes long.</exception>
    /// <exception cref="UnauthorizedAccessException">Others than the owner may read the file.</exception>
    public KeyFileProvider(string path)
    {
        _root = File.ReadAllBytes(path);
        if (_root.Length != KeySize) throw new InvalidDataException("The key file must hold exactly 32 bytes.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new UnauthorizedAccessException("The key file must be readable by its owner alone (mode 600).");
    }

    /// <summary>Makes the file when it is not there yet, mode 600, written whole or not at all.</summary>
    public static void EnsureFile(string path)
    {
        if (File.Exists(path)) return;
        var fresh = $"{path}.{Environment.ProcessId}";
        using (var file = new FileStream(fresh, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(RandomNumberGenerator.GetBytes(KeySize));
            file.Flush(flushToDisk: true);
        }
        try { File.Move(fresh, path, overwrite: false); }
        catch (IOException) when (File.Exists(path)) { File.Delete(fresh); } // another process of the same start won
    }

    public byte[] Wrap(string tenant, ReadOnlySpan<byte> dek)
    {
        var blob = new byte[NonceSize + dek.Length + TagSize];
        RandomNumberGenerator.Fill(blob.AsSpan(0, NonceSize));
        using var aes = TenantCipher(tenant);
        aes.Encrypt(blob.AsSpan(0, NonceSize), dek, blob.AsSpan(NonceSize, dek.Length), blob.AsSpan(NonceSize + dek.Length), Encoding.UTF8.GetBytes(tenant));
        return blob;
    }

    public byte[] Unwrap(string tenant, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length != NonceSize + KeySize + TagSize) throw new CryptographicException("Not a wrapped key.");
        var dek = new byte[KeySize];
        using var aes = TenantCipher(tenant);
        aes.Decrypt(wrapped[..NonceSize], wrapped.Slice(NonceSize, KeySize), wrapped[(NonceSize + KeySize)..], dek, Encoding.UTF8.GetBytes(tenant));
        return dek;
    }

    AesGcm TenantCipher(string tenant) =>
        new(HKDF.DeriveKey(HashAlgorithmName.SHA256, _root, KeySize, info: Encoding.UTF8.GetBytes($"firstring tenant kek {tenant}")), TagSize);

    public void Dispose() => CryptographicOperations.ZeroMemory(_root);
}

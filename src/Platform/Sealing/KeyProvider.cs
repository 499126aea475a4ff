using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FirstRing.Platform.Sealing;

/// <summary>
/// Port to key management. A tenant has a key-encryption key (KEK) in numbered versions that never leave the provider; it wraps the data encryption keys of
/// the stores, and the version that did travels in the wrapped key. Implementations: sealed files, PKCS#11, AWS KMS. Every call may be repeated, and several
/// processes may make it at once.
/// </summary>
/// <remarks>Any call may throw <see cref="KeysUnavailable"/> (no answer now) or <see cref="KeysDestroyed"/> (never again for this tenant).</remarks>
public interface IKeyProvider
{
    /// <summary>What it is, for people: <c>sealed-file</c>, <c>pkcs11</c>, <c>awskms</c>.</summary>
    string Kind { get; }

    /// <summary>The tenants that have a KEK.</summary>
    Task<IReadOnlyList<string>> Tenants(CancellationToken stop);

    /// <summary>The versions of a tenant's KEK, oldest first; none where it has no KEK yet.</summary>
    Task<IReadOnlyList<KekVersion>> Versions(string tenant, CancellationToken stop);

    /// <summary>Makes the version after <paramref name="from"/> (0: the first), unless it is there already. What is wrapped from now on is under it.</summary>
    Task Rotate(string tenant, int from, CancellationToken stop);

    /// <summary>Destroys a version that nothing is wrapped under any more.</summary>
    /// <exception cref="ArgumentException">It is the newest.</exception>
    Task Retire(string tenant, int version, CancellationToken stop);

    /// <summary>Destroys a tenant's KEK in all versions, for ever: none is made for it again.</summary>
    Task Destroy(string tenant, CancellationToken stop);

    /// <summary>Wraps a 32-byte key under the newest version, made where there is none. <paramref name="place"/> is bound to it.</summary>
    Task<byte[]> Wrap(string tenant, ReadOnlyMemory<byte> place, ReadOnlyMemory<byte> dek, CancellationToken stop);

    /// <exception cref="CryptographicException">Altered, wrapped for another tenant or place, or under a version that is no longer there.</exception>
    Task<byte[]> Unwrap(string tenant, ReadOnlyMemory<byte> place, ReadOnlyMemory<byte> wrapped, CancellationToken stop);
}

/// <summary><paramref name="CreatedAt"/> in UTC microseconds.</summary>
public sealed record KekVersion(int Version, long CreatedAt);

/// <summary>The key provider gives no answer. What is cached goes on; anything else is refused until it answers again.</summary>
public sealed class KeysUnavailable(Exception? cause = null) : Exception("The key provider does not answer.", cause);

/// <summary>The tenant's keys were destroyed: nothing of it opens, and nothing is sealed for it.</summary>
public sealed class KeysDestroyed() : CryptographicException("The keys of this tenant were destroyed.");

/// <summary>
/// A wrapped key: "FK"(2) ‖ form 1(1) ‖ KEK version(4) ‖ nonce(12) ‖ AES-256-GCM ciphertext(32) ‖ tag(16). The additional data is the header, the tenant and
/// the place. Form 2 holds what a key management service made of the key after the KEK version, as long as it likes. The form before both, nonce ‖ ciphertext ‖ tag under a
/// key derived from the root key, counts as version 0.
/// </summary>
public static class WrappedKey
{
    public const int KeySize = 32, NonceSize = 12, TagSize = 16, HeaderSize = 7, Size = HeaderSize + NonceSize + KeySize + TagSize;
    internal const int OldSize = NonceSize + KeySize + TagSize;
    internal const byte Here = 1, Elsewhere = 2;
    const int MostElsewhere = 6144; // CiphertextBlob of KMS
    static ReadOnlySpan<byte> Magic => "FK"u8;

    /// <exception cref="CryptographicException">Not a wrapped key.</exception>
    public static int VersionOf(ReadOnlySpan<byte> wrapped) => VersionOf(wrapped, wrapped.Length > Magic.Length && wrapped[Magic.Length] == Elsewhere ? Elsewhere : Here);

    /// <exception cref="CryptographicException">Not a wrapped key of this form.</exception>
    internal static int VersionOf(ReadOnlySpan<byte> wrapped, byte form)
    {
        if (wrapped.Length == OldSize) return 0;
        var isWhole = form == Here ? wrapped.Length == Size : wrapped.Length is > HeaderSize and <= HeaderSize + MostElsewhere;
        if (!isWhole || !wrapped.StartsWith(Magic) || wrapped[Magic.Length] != form) throw new CryptographicException("Not a wrapped key.");
        return BinaryPrimitives.ReadInt32BigEndian(wrapped[(Magic.Length + 1)..]) is > 0 and var version ? version : throw new CryptographicException("Not a wrapped key.");
    }

    internal static byte[] Header(int version, byte form = Here)
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        header[Magic.Length] = form;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(Magic.Length + 1), version);
        return header;
    }

    internal static byte[] Additional(int version, string tenant, ReadOnlySpan<byte> place)
    {
        var name = Encoding.UTF8.GetBytes(tenant);
        return [.. Header(version), (byte)name.Length, .. name, .. place];
    }

    /// <summary>Tenants name files and objects in a token.</summary>
    /// <exception cref="ArgumentException">Not an opaque id: letters, digits, <c>_</c> and <c>-</c>, at most 64.</exception>
    internal static string Checked(string tenant) =>
        tenant.Length is > 0 and <= 64 && tenant.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-')
            ? tenant
            : throw new ArgumentException("A tenant is named by an opaque id.", nameof(tenant));
}

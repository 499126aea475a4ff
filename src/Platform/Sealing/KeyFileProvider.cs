using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FirstRing.Platform.Ids;

namespace FirstRing.Platform.Sealing;

/// <summary>
/// The embedded default. Tenant KEKs are random and lie beside the root key as <c>tenants/{tenant}/{version}.kek</c>, each sealed under a key derived from the
/// root key (HKDF-SHA-256, RFC 5869); every file has mode 600 and is written whole or not at all. Nothing is cached: what one process makes or destroys holds
/// for all of them at once. Where the root key's file is gone the folder is away, not empty: nothing is answered, and nothing is made in its place.
/// </summary>
public sealed class KeyFileProvider : IKeyProvider, IDisposable
{
    const int FileSize = WrappedKey.NonceSize + sizeof(long) + WrappedKey.KeySize + WrappedKey.TagSize;
    const string Tombstone = "destroyed", Ending = ".kek";
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly byte[] _root, _sealer;
    readonly string _path, _tenants;
    readonly TimeProvider _clock;
    volatile bool _isDisposed;

    /// <exception cref="InvalidDataException">The file is not 32 bytes long.</exception>
    /// <exception cref="UnauthorizedAccessException">Others than the owner may read the file.</exception>
    public KeyFileProvider(string path, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _path = Path.GetFullPath(path);
        _tenants = Path.Combine(Path.GetDirectoryName(_path)!, "tenants");
        _root = File.ReadAllBytes(path);
        if (_root.Length != WrappedKey.KeySize) throw new InvalidDataException("The key file must hold exactly 32 bytes.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
            throw new UnauthorizedAccessException("The key file must be readable by its owner alone (mode 600).");
        _sealer = HKDF.DeriveKey(HashAlgorithmName.SHA256, _root, WrappedKey.KeySize, info: "firstring tenant kek file"u8.ToArray());
    }

    public string Kind => "sealed-file";

    /// <summary>Makes the file when it is not there yet, mode 600, written whole or not at all.</summary>
    public static void EnsureFile(string path) => Place(path, RandomNumberGenerator.GetBytes(WrappedKey.KeySize));

    public Task<IReadOnlyList<string>> Tenants(CancellationToken stop)
    {
        RefuseAway();
        return Task.FromResult<IReadOnlyList<string>>(Directory.Exists(_tenants)
            ? [.. Directory.GetDirectories(_tenants).Select(folder => Path.GetFileName(folder)).Where(tenant => VersionsOf(tenant).Count > 0).Order(StringComparer.Ordinal)]
            : []);
    }

    public Task<IReadOnlyList<KekVersion>> Versions(string tenant, CancellationToken stop)
    {
        RefuseDestroyed(tenant);
        return Task.FromResult<IReadOnlyList<KekVersion>>([.. VersionsOf(tenant).Select(version => Read(tenant, version)).OfType<Kek>().Select(kek => new KekVersion(kek.Version, kek.CreatedAt))]);
    }

    public Task Rotate(string tenant, int from, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        RefuseDestroyed(tenant);
        if ((VersionsOf(tenant) is [.., var newest] ? newest : 0) == from) Make(tenant, from + 1);
        return Task.CompletedTask;
    }

    public Task Retire(string tenant, int version, CancellationToken stop)
    {
        RefuseAway();
        if (VersionsOf(tenant) is not [.., var newest] || newest == version) throw new ArgumentException("The newest version is in use.", nameof(version));
        Shred(FileOf(tenant, version));
        return Task.CompletedTask;
    }

    public Task Destroy(string tenant, CancellationToken stop)
    {
        RefuseAway();
        Directory.CreateDirectory(FolderOf(tenant), OwnerOnly | UnixFileMode.UserExecute);
        Place(TombstoneOf(tenant), []); // first: from here on no version is made
        foreach (var version in VersionsOf(tenant)) Shred(FileOf(tenant, version));
        return Task.CompletedTask;
    }

    public Task<byte[]> Wrap(string tenant, ReadOnlyMemory<byte> place, ReadOnlyMemory<byte> dek, CancellationToken stop)
    {
        if (dek.Length != WrappedKey.KeySize) throw new ArgumentException("A key is 32 bytes long.", nameof(dek));
        var kek = Newest(tenant);
        var blob = new byte[WrappedKey.Size];
        WrappedKey.Header(kek.Version).CopyTo(blob, 0);
        var nonce = blob.AsSpan(WrappedKey.HeaderSize, WrappedKey.NonceSize);
        RandomNumberGenerator.Fill(nonce);
        var body = blob.AsSpan(WrappedKey.HeaderSize + WrappedKey.NonceSize);
        using var aes = new AesGcm(kek.Key, WrappedKey.TagSize);
        aes.Encrypt(nonce, dek.Span, body[..WrappedKey.KeySize], body[WrappedKey.KeySize..], WrappedKey.Additional(kek.Version, tenant, place.Span));
        return Task.FromResult(blob);
    }

    public Task<byte[]> Unwrap(string tenant, ReadOnlyMemory<byte> place, ReadOnlyMemory<byte> wrapped, CancellationToken stop)
    {
        RefuseDestroyed(tenant);
        var version = WrappedKey.VersionOf(wrapped.Span, WrappedKey.Here);
        if (version == 0) return Task.FromResult(Open(OldKek(tenant), wrapped.Span, Encoding.UTF8.GetBytes(tenant)));
        if (Read(tenant, version) is not { } kek)
        {
            RefuseAway(); // it went while we looked
            throw new CryptographicException("This version of the tenant's key is no longer there.");
        }
        return Task.FromResult(Open(kek.Key, wrapped.Span[WrappedKey.HeaderSize..], WrappedKey.Additional(version, tenant, place.Span)));
    }

    static byte[] Open(ReadOnlySpan<byte> kek, ReadOnlySpan<byte> body, ReadOnlySpan<byte> additional)
    {
        var dek = new byte[WrappedKey.KeySize];
        using var aes = new AesGcm(kek, WrappedKey.TagSize);
        aes.Decrypt(body[..WrappedKey.NonceSize], body.Slice(WrappedKey.NonceSize, WrappedKey.KeySize), body[^WrappedKey.TagSize..], dek, additional);
        return dek;
    }

    // As folders had it before KEKs were random and numbered.
    byte[] OldKek(string tenant) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _root, WrappedKey.KeySize, info: Encoding.UTF8.GetBytes($"firstring tenant kek {tenant}"));

    sealed record Kek(int Version, long CreatedAt, byte[] Key);

    // A version may be retired between the look and the read; then there is a newer one.
    Kek Newest(string tenant)
    {
        while (true)
        {
            RefuseDestroyed(tenant);
            if (VersionsOf(tenant) is not [.., var newest]) Make(tenant, 1);
            else if (Read(tenant, newest) is { } kek) return kek;
        }
    }

    void Make(string tenant, int version)
    {
        Span<byte> plain = stackalloc byte[sizeof(long) + WrappedKey.KeySize];
        BinaryPrimitives.WriteInt64BigEndian(plain, _clock.Microseconds());
        RandomNumberGenerator.Fill(plain[sizeof(long)..]);
        var file = new byte[FileSize];
        RandomNumberGenerator.Fill(file.AsSpan(0, WrappedKey.NonceSize));
        using (var aes = new AesGcm(_sealer, WrappedKey.TagSize))
            aes.Encrypt(file.AsSpan(0, WrappedKey.NonceSize), plain, file.AsSpan(WrappedKey.NonceSize, plain.Length), file.AsSpan(FileSize - WrappedKey.TagSize), WrappedKey.Additional(version, tenant, []));
        CryptographicOperations.ZeroMemory(plain);
        Directory.CreateDirectory(FolderOf(tenant), OwnerOnly | UnixFileMode.UserExecute);
        Place(FileOf(tenant, version), file);
        // Another process destroyed the tenant meanwhile and may not have seen this file.
        if (File.Exists(TombstoneOf(tenant))) Shred(FileOf(tenant, version));
    }

    /// <summary>Null where there is no such version.</summary>
    /// <exception cref="CryptographicException">The file was altered, moved, or is not of this root key.</exception>
    Kek? Read(string tenant, int version)
    {
        byte[] file;
        try { file = File.ReadAllBytes(FileOf(tenant, version)); }
        catch (IOException) when (!File.Exists(FileOf(tenant, version))) { return null; }
        if (file.Length != FileSize) throw new CryptographicException("Not a sealed key file.");
        var plain = new byte[sizeof(long) + WrappedKey.KeySize];
        try
        {
            using var aes = new AesGcm(_sealer, WrappedKey.TagSize);
            aes.Decrypt(file.AsSpan(0, WrappedKey.NonceSize), file.AsSpan(WrappedKey.NonceSize, plain.Length), file.AsSpan(FileSize - WrappedKey.TagSize), plain, WrappedKey.Additional(version, tenant, []));
        }
        catch (CryptographicException) when (!File.Exists(FileOf(tenant, version))) { return null; } // read while it was shredded
        return new Kek(version, BinaryPrimitives.ReadInt64BigEndian(plain), plain[sizeof(long)..]);
    }

    List<int> VersionsOf(string tenant) => Directory.Exists(FolderOf(tenant))
        ? [.. Directory.GetFiles(FolderOf(tenant), "*" + Ending).Select(file => int.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Where(version => version > 0).Order()]
        : [];

    // Once let go of, the keys that seal are zeros.
    void RefuseAway()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!File.Exists(_path)) throw new KeysUnavailable();
    }

    void RefuseDestroyed(string tenant)
    {
        RefuseAway();
        if (File.Exists(TombstoneOf(tenant))) throw new KeysDestroyed();
    }

    string FolderOf(string tenant) => Path.Combine(_tenants, WrappedKey.Checked(tenant));
    string TombstoneOf(string tenant) => Path.Combine(FolderOf(tenant), Tombstone);
    string FileOf(string tenant, int version) => Path.Combine(FolderOf(tenant), version.ToString(CultureInfo.InvariantCulture) + Ending);

    // Whole or not at all, and never over another: the name appears by link(2).
    static void Place(string path, ReadOnlySpan<byte> content)
    {
        if (File.Exists(path)) return;
        var fresh = $"{path}.{Environment.ProcessId}.{Token.New()}";
        using (var file = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        try { File.Move(fresh, path, overwrite: false); }
        catch (IOException) when (File.Exists(path)) { File.Delete(fresh); } // another process was first
        // The new link is on disk too before anything is wrapped under the key.
        using var placed = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        placed.Flush(flushToDisk: true);
    }

    static void Shred(string path)
    {
        try
        {
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            {
                file.Write(new byte[FileSize]);
                file.Flush(flushToDisk: true);
            }
            File.Delete(path);
        }
        catch (FileNotFoundException) { } // there was none, or another process did it
    }

    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_root);
        CryptographicOperations.ZeroMemory(_sealer);
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using FirstRing.Platform.Http;
using FirstRing.Platform.Sealing;

namespace FirstRing.Platform.Backup;

/// <summary>Reads a backup. What is not as it was written is refused by name, with an <see cref="InvalidDataException"/>.</summary>
public sealed class BackupReader : IDisposable
{
    readonly string _folder;
    readonly byte[] _key;

    BackupReader(string folder, byte[] key, Manifest manifest) => (_folder, _key, Manifest) = (folder, key, manifest);

    public Manifest Manifest { get; }

    /// <exception cref="InvalidDataException">No backup, of another key, or a header or manifest that was altered.</exception>
    public static async Task<BackupReader> Open(string folder, IKeyProvider provider, CancellationToken stop)
    {
        var header = ReadHeader(folder);
        byte[] key;
        try { key = await provider.Unwrap(Caller.SystemTenant, BackupFolder.Place(header.Backup, BackupFolder.Header), header.Key, stop); }
        catch (CryptographicException) { throw new InvalidDataException($"{BackupFolder.Header}: the key at hand does not open this backup. It was made under another, or the file was altered."); }
        try
        {
            using var plain = new MemoryStream();
            using (var file = Read(folder, BackupFolder.Manifest))
                SealedStream.Open(file, plain, key, BackupFolder.Place(header.Backup, BackupFolder.Manifest));
            return new BackupReader(folder, key, JsonSerializer.Deserialize(plain.ToArray(), BackupJson.Default.Manifest)!);
        }
        catch (CryptographicException)
        {
            CryptographicOperations.ZeroMemory(key);
            throw new InvalidDataException($"{BackupFolder.Manifest}: altered, cut off, or not the one that {BackupFolder.Header} belongs to.");
        }
    }

    static BackupHeader ReadHeader(string folder)
    {
        using var file = Read(folder, BackupFolder.Header);
        BackupHeader? header = null;
        try { header = JsonSerializer.Deserialize(file, BackupJson.Default.BackupHeader); }
        catch (JsonException) { } // told below
        return header is { Format: BackupFolder.Format } ? header : throw new InvalidDataException($"{BackupFolder.Header}: not one that this release reads.");
    }

    /// <summary>Reads every file of the folder once and compares it with the manifest. Writes nothing.</summary>
    /// <exception cref="InvalidDataException">A part is missing, altered, cut off or another one, or there is a file that does not belong here.</exception>
    public void Check()
    {
        var known = Manifest.Parts.Select(part => part.File).Append(BackupFolder.Header).Append(BackupFolder.Manifest).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName))
            if (!known.Contains(entry!)) throw new InvalidDataException($"{entry}: does not belong to this backup.");
        foreach (var part in Manifest.Parts)
        {
            using var file = Read(_folder, part.File, part.Name);
            if (file.Length != part.SealedSize || Convert.ToHexStringLower(SHA256.HashData(file)) != part.SealedSha256)
                throw new InvalidDataException($"{part.Name} ({part.File}): altered, cut off, or of another backup.");
        }
    }

    /// <summary>Opens a part into <paramref name="target"/>. Where it throws, what was written is to be thrown away.</summary>
    public void Extract(BackupPart part, Stream target)
    {
        using var file = Read(_folder, part.File, part.Name);
        using var plain = new MeasuredStream(target);
        try { SealedStream.Open(file, plain, _key, BackupFolder.Place(Manifest.Backup, part.Name)); }
        catch (CryptographicException) { throw new InvalidDataException($"{part.Name} ({part.File}): altered, cut off, or of another backup."); }
        if (plain.Bytes != part.Size || plain.Sha256() != part.Sha256) throw new InvalidDataException($"{part.Name} ({part.File}): not what was backed up.");
        plain.Flush();
    }

    static FileStream Read(string folder, string file, string? name = null)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20)
            : throw new InvalidDataException(name is null ? $"{file} is missing from {folder}: no backup, or not a whole one." : $"{name} ({file}): missing.");
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);
}

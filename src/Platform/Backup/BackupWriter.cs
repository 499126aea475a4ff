using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;

namespace FirstRing.Platform.Backup;

/// <summary>Writes a backup beside its folder and moves it into place when it is whole. Disposed of before <see cref="Finish"/>, it leaves nothing.</summary>
public sealed class BackupWriter : IDisposable
{
    readonly string _folder, _unfinished;
    readonly byte[] _key;
    readonly BackupHeader _header;
    readonly List<BackupPart> _parts = [];

    /// <exception cref="InvalidDataException">There is something in the folder already.</exception>
    /// <exception cref="KeysUnavailable">The key provider does not answer.</exception>
    public static async Task<BackupWriter> Create(string folder, IKeyProvider provider, CancellationToken stop)
    {
        var (backup, key) = (Token.New(), RandomNumberGenerator.GetBytes(SealedStream.KeySize));
        return new BackupWriter(folder, key, new BackupHeader(BackupFolder.Format, backup,
            await provider.Wrap(Caller.SystemTenant, BackupFolder.Place(backup, BackupFolder.Header), key, stop)));
    }

    BackupWriter(string folder, byte[] key, BackupHeader header)
    {
        (_key, _header) = (key, header);
        _folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(_folder) || Directory.Exists(_folder) && Directory.EnumerateFileSystemEntries(_folder).Any())
            throw new InvalidDataException($"{folder} is not empty. A backup is written to a folder of its own.");
        _unfinished = $"{_folder}.unfinished";
        if (Directory.Exists(_unfinished)) Directory.Delete(_unfinished, recursive: true);
        BackupFolder.Make(_unfinished);
    }

    /// <summary>Bytes of content so far.</summary>
    public long Size => _parts.Sum(part => part.Size);
    public int Files => _parts.Count(part => part.Kind == PartKind.File);

    /// <summary>Seals what <paramref name="plain"/> holds, read to its end.</summary>
    public void Add(string name, PartKind kind, Stream plain, UnixFileMode mode = BackupFolder.Owner)
    {
        var file = (_parts.Count + 1).ToString("D4", CultureInfo.InvariantCulture);
        using var content = new MeasuredStream(plain);
        var (size, hash) = Write(file, name, content);
        _parts.Add(new BackupPart(name, kind, (int)mode, file, content.Bytes, content.Sha256(), size, hash));
    }

    /// <summary>Writes the manifest and moves the whole into place.</summary>
    public void Finish(long at, string release, IReadOnlyList<StoreState> stores)
    {
        using (var manifest = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new Manifest(_header.Backup, at, release, stores, _parts), BackupJson.Default.Manifest)))
            Write(BackupFolder.Manifest, BackupFolder.Manifest, manifest);
        using (var header = BackupFolder.New(Path.Combine(_unfinished, BackupFolder.Header)))
        {
            JsonSerializer.Serialize(header, _header, BackupJson.Default.BackupHeader);
            header.Flush(flushToDisk: true);
        }
        if (Directory.Exists(_folder)) Directory.Delete(_folder);
        Directory.Move(_unfinished, _folder);
    }

    (long Size, string Hash) Write(string file, string name, Stream plain)
    {
        var target = BackupFolder.New(Path.Combine(_unfinished, file));
        using var sealing = new MeasuredStream(target);
        SealedStream.Seal(plain, sealing, _key, BackupFolder.Place(_header.Backup, name));
        target.Flush(flushToDisk: true);
        return (sealing.Bytes, sealing.Sha256());
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        if (Directory.Exists(_unfinished)) Directory.Delete(_unfinished, recursive: true);
    }
}
